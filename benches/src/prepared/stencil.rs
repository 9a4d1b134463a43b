//! A stencil with three dependencies: every node waits for the three nearest of the row before.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question};
use crate::peers::dagx_graph;
use crate::shape::{self, Oracle};

/// The side of the square that dagx runs.
const SMALL: usize = 64;

/// Nanoseconds a node of 1024 rows of 1024.
pub fn question(effort: Effort) -> Question {
    let side = effort.size(1024, 64);
    super::question(
        format!("stencil {side}×{side}"),
        side * side,
        move |threads| line_up(side, threads),
    )
    .aim_on(1, Goal::AtMost(20.0))
    .aim_on(2, Goal::NoWorseThanOneThread)
}

fn line_up(side: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::stencil(side, side));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(side, threads, shape::Check::new(&oracle)));
    let small = Rc::new(shape::stencil(SMALL, SMALL));
    let small_oracle = Oracle::new(&small);
    super::without_dagx(line_up, &shape, &oracle, threads).smaller_peer(
        "dagx, one graph a run, 64×64",
        small.nodes() as u64,
        move |batch| {
            dagx_graph::sample_runs(&small, &mut small_oracle.borrow_mut(), threads, batch)
        },
    )
}

mod ours {
    use std::time::Duration;

    use dagger::prelude::*;

    use crate::harness::{Batch, Failure, time};
    use crate::shape::{Check, digest};

    #[task]
    fn point(left: &u64, above: &u64, right: &u64, own: &mut u64) {
        *own = own
            .wrapping_add(1)
            .wrapping_add(*left)
            .wrapping_add(*above)
            .wrapping_add(*right);
    }

    dag! {
        /// Rows of `side` points between two columns of zeros, below a row of zeros.
        pub(super) fn stencil(slots: &mut [u64], side: usize) {
            for step in 1..side + 1 {
                for column in 1..side + 1 {
                    point(
                        &slots[(step - 1) * (side + 2) + column - 1],
                        &slots[(step - 1) * (side + 2) + column],
                        &slots[(step - 1) * (side + 2) + column + 1],
                        &mut slots[step * (side + 2) + column],
                    );
                }
            }
        }
    }

    pub(super) fn contender(
        side: usize,
        threads: usize,
        mut check: Check<3>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let mut slots = vec![0; (side + 1) * (side + 2)];
        move |batch| {
            let elapsed = crate::ours::within(threads, || {
                let graph = stencil::prepare(&mut slots, side)?;
                Ok(time(batch, &true, || graph.run().is_ok()))
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
