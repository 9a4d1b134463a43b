//! A chain: every node waits for the one before.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node of a chain of 10,000.
pub fn question(effort: Effort) -> Question {
    let nodes = effort.size(10_000, 1_000);
    super::question(format!("chain {nodes}"), nodes, move |threads| {
        line_up(nodes, threads)
    })
    .aim_on(1, Goal::AtMost(10.0))
    .aim_on(2, Goal::NoWorseThanOneThread)
}

fn line_up(nodes: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::chain(nodes));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(nodes, threads, shape::Check::new(&oracle)));
    super::peers(line_up, &shape, &oracle, threads)
}

mod ours {
    use std::time::Duration;

    use dagger::prelude::*;

    use crate::harness::{Batch, Failure, time};
    use crate::shape::{Check, digest};

    #[task]
    fn link(before: &u64, own: &mut u64) {
        *own = own.wrapping_add(1).wrapping_add(*before);
    }

    dag! {
        /// Slot 0 stays zero; node `i` owns slot `i`.
        pub(super) fn chain(slots: &mut [u64], nodes: usize) {
            for i in 1..nodes + 1 {
                link(&slots[i - 1], &mut slots[i]);
            }
        }
    }

    pub(super) fn contender(
        nodes: usize,
        threads: usize,
        mut check: Check<1>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let mut slots = vec![0; nodes + 1];
        move |batch| {
            let elapsed = crate::ours::within(threads, || {
                let graph = chain::prepare(&mut slots, nodes)?;
                Ok(time(batch, &true, || graph.run().is_ok()))
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
