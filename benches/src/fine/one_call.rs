//! One call of a small function.

use std::hint::black_box;

use dagger::prelude::*;

use crate::busy::work;
use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "one call",
        "One node: ten steps of arithmetic.",
        plain,
        with_dag,
    )
}

#[task]
fn step(steps: u64) -> u64 {
    work(steps)
}

fn plain() -> u64 {
    let steps = black_box(10);
    step(steps)
}

fn with_dag() -> u64 {
    let steps = black_box(10);
    dag! { step(steps) }.expect("no node fails")
}
