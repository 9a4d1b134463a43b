//! A random graph, whose indices are read from a table.

use std::rc::Rc;

use super::Stage;
use crate::harness::{Effort, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node, stage by stage.
pub fn questions(effort: Effort) -> Vec<Question> {
    let exponent = effort.size(16, 10);
    let size = 1 << exponent;
    let (name, nodes) = (format!("random 2^{exponent}"), size);
    [Stage::Prepare, Stage::FirstRun, Stage::Loop]
        .map(|stage| stage.question(&name, nodes, move |threads| line_up(stage, size, threads)))
        .into()
}

fn line_up(stage: Stage, size: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::random(size));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(
        stage,
        shape.inputs.clone(),
        threads,
        shape::Check::new(&oracle),
    ));
    super::peers(line_up, stage, &shape, &oracle, threads)
}

mod ours {
    use std::time::{Duration, Instant};

    use super::Stage;
    use crate::harness::{Batch, Failure, time};
    use crate::prepared::random::ours::random;
    use crate::shape::{Check, digest};

    pub(super) fn contender(
        stage: Stage,
        inputs: Vec<[u32; 2]>,
        threads: usize,
        mut check: Check<2>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let mut slots = vec![0; inputs.len() + 1];
        move |batch| {
            let elapsed = crate::ours::within(threads, || match stage {
                Stage::Prepare => {
                    let mut elapsed = Duration::ZERO;
                    for run in 0..batch.total() {
                        let start = Instant::now();
                        let graph = random::prepare(&mut slots, &inputs)?;
                        if run >= batch.warm {
                            elapsed += start.elapsed();
                        }
                        graph.run()?;
                    }
                    Ok(Ok(elapsed))
                }
                Stage::FirstRun => Ok(time(batch, &true, || {
                    random::prepare(&mut slots, &inputs)
                        .and_then(|graph| graph.run())
                        .is_ok()
                })),
                Stage::Loop => Ok(time(batch, &true, || {
                    random::run(&mut slots, &inputs).is_ok()
                })),
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
