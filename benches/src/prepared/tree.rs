//! A complete binary tree, from the root down.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node of a tree of 2¹⁶.
pub fn question(effort: Effort) -> Question {
    let depth = effort.size(16, 10);
    super::question(
        format!("binary tree 2^{depth}"),
        1 << depth,
        move |threads| line_up(1 << depth, threads),
    )
    .aim_on(1, Goal::AtMost(15.0))
    .aim_on(2, Goal::NoWorseThanOneThread)
}

fn line_up(nodes: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::tree(nodes));
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
    fn child(parent: &u64, own: &mut u64) {
        *own = own.wrapping_add(1).wrapping_add(*parent);
    }

    dag! {
        /// Slot 0 stays zero; the root is slot 1, and the children of slot `i` are slots `2 i` and `2 i + 1`.
        pub(super) fn tree(slots: &mut [u64], nodes: usize) {
            for i in 1..nodes + 1 {
                child(&slots[i / 2], &mut slots[i]);
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
                let graph = tree::prepare(&mut slots, nodes)?;
                Ok(time(batch, &true, || graph.run().is_ok()))
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
