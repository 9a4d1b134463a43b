//! A wavefront, whose indices are affine in the loop variables.

use std::rc::Rc;

use super::Stage;
use crate::harness::{Effort, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node, stage by stage.
pub fn questions(effort: Effort) -> Vec<Question> {
    let size = effort.size(256, 32);
    let (name, nodes) = (format!("wavefront {size}×{size}"), size * size);
    [Stage::Prepare, Stage::FirstRun, Stage::Loop]
        .map(|stage| stage.question(&name, nodes, move |threads| line_up(stage, size, threads)))
        .into()
}

fn line_up(stage: Stage, size: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::wavefront(size));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(
        stage,
        size,
        threads,
        shape::Check::new(&oracle),
    ));
    super::peers(line_up, stage, &shape, &oracle, threads)
}

mod ours {
    use std::time::{Duration, Instant};

    use super::Stage;
    use crate::harness::{Batch, Failure, time};
    use crate::prepared::wavefront::ours::wavefront;
    use crate::shape::{Check, digest};

    pub(super) fn contender(
        stage: Stage,
        size: usize,
        threads: usize,
        mut check: Check<2>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let width = size + 1;
        let mut slots = vec![0; width * width];
        move |batch| {
            let elapsed = crate::ours::within(threads, || match stage {
                Stage::Prepare => {
                    let mut elapsed = Duration::ZERO;
                    for run in 0..batch.total() {
                        let start = Instant::now();
                        let graph = wavefront::prepare(&mut slots, width)?;
                        if run >= batch.warm {
                            elapsed += start.elapsed();
                        }
                        graph.run()?;
                    }
                    Ok(Ok(elapsed))
                }
                Stage::FirstRun => Ok(time(batch, &true, || {
                    wavefront::prepare(&mut slots, width)
                        .and_then(|graph| graph.run())
                        .is_ok()
                })),
                Stage::Loop => Ok(time(batch, &true, || {
                    wavefront::run(&mut slots, width).is_ok()
                })),
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
