//! A wavefront: every node of a square waits for its upper and its left neighbour.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node of a square of 256.
pub fn question(effort: Effort) -> Question {
    let side = effort.size(256, 32);
    super::question(
        format!("wavefront {side}×{side}"),
        side * side,
        move |threads| line_up(side, threads),
    )
    .aim_on(1, Goal::AtMost(15.0))
    .aim_on(2, Goal::NoWorseThanOneThread)
}

fn line_up(side: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::wavefront(side));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(side, threads, shape::Check::new(&oracle)));
    super::peers(line_up, &shape, &oracle, threads)
}

pub(crate) mod ours {
    use std::time::Duration;

    use dagger::prelude::*;

    use crate::harness::{Batch, Failure, time};
    use crate::shape::{Check, digest};

    #[task]
    fn cell(up: &u64, left: &u64, own: &mut u64) {
        *own = own.wrapping_add(1).wrapping_add(*up).wrapping_add(*left);
    }

    dag! {
        /// A square with a border of zeros above and at the left, `width` slots a row.
        pub(crate) fn wavefront(slots: &mut [u64], width: usize) {
            for row in 1..width {
                for column in 1..width {
                    cell(
                        &slots[(row - 1) * width + column],
                        &slots[row * width + column - 1],
                        &mut slots[row * width + column],
                    );
                }
            }
        }
    }

    pub(super) fn contender(
        side: usize,
        threads: usize,
        mut check: Check<2>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let width = side + 1;
        let mut slots = vec![0; width * width];
        move |batch| {
            let elapsed = crate::ours::within(threads, || {
                let graph = wavefront::prepare(&mut slots, width)?;
                Ok(time(batch, &true, || graph.run().is_ok()))
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
