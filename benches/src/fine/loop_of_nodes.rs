//! A loop of a thousand nodes, each touching one number.

use std::hint::black_box;

use dagger::prelude::*;

use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "loop of 1000",
        "A loop unfolds into a thousand independent nodes that add one each.",
        plain,
        with_dag,
    )
}

#[task]
fn bump(value: &mut u64) {
    *value += 1;
}

fn plain() -> u64 {
    let mut values = black_box([0; 1000]);
    #[expect(clippy::needless_range_loop, reason = "the very loop of `with_dag`")]
    for i in 0..1000 {
        bump(&mut values[i]);
    }
    black_box(values).iter().sum()
}

fn with_dag() -> u64 {
    let mut values = black_box([0; 1000]);
    dag! {
        for i in 0..1000 {
            bump(&mut values[i]);
        }
    }
    .expect("no node fails");
    black_box(values).iter().sum()
}
