//! A random graph: every node waits for two earlier ones, drawn with a fixed seed.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question};
use crate::shape::{self, Oracle};

/// Nanoseconds a node of a graph of 2¹⁶.
pub fn question(effort: Effort) -> Question {
    let exponent = effort.size(16, 10);
    super::question(
        format!("random 2^{exponent}"),
        1 << exponent,
        move |threads| line_up(1 << exponent, threads),
    )
    .aim_on(1, Goal::AtMost(40.0))
    .aim_on(2, Goal::NoWorseThanOneThread)
}

fn line_up(nodes: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::random(nodes));
    let oracle = Oracle::new(&shape);
    let line_up = LineUp::new().ours(ours::contender(
        shape.inputs.clone(),
        threads,
        shape::Check::new(&oracle),
    ));
    super::peers(line_up, &shape, &oracle, threads)
}

pub(crate) mod ours {
    use std::time::Duration;

    use dagger::prelude::*;

    use crate::harness::{Batch, Failure, time};
    use crate::shape::{Check, digest};

    #[task]
    fn node(a: &u64, b: &u64, own: &mut u64) {
        *own = own.wrapping_add(1).wrapping_add(*a).wrapping_add(*b);
    }

    dag! {
        /// Slot 0 stays zero; node `i` owns slot `i + 1` and reads two earlier ones.
        pub(crate) fn random(slots: &mut [u64], inputs: &[[u32; 2]]) {
            for i in 0..inputs.len() {
                node(&slots[inputs[i][0] as usize], &slots[inputs[i][1] as usize], &mut slots[i + 1]);
            }
        }
    }

    pub(super) fn contender(
        inputs: Vec<[u32; 2]>,
        threads: usize,
        mut check: Check<2>,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        let mut slots = vec![0; inputs.len() + 1];
        move |batch| {
            let elapsed = crate::ours::within(threads, || {
                let graph = random::prepare(&mut slots, &inputs)?;
                Ok(time(batch, &true, || graph.run().is_ok()))
            })??;
            check.after(batch.total(), digest(slots.iter().copied()))?;
            Ok(elapsed)
        }
    }
}
