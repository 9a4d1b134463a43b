//! Two independent calls that do nothing to speak of.

use std::hint::black_box;

use dagger::prelude::*;

use crate::busy::work;
use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "two calls",
        "Two independent nodes without work, and a sum.",
        plain,
        with_dag,
    )
}

#[task]
fn nothing(steps: u64) -> u64 {
    work(steps)
}

#[task]
fn sum(a: u64, b: u64) -> u64 {
    a + b
}

fn plain() -> u64 {
    let steps = black_box(0);
    let a = nothing(steps);
    let b = nothing(steps);
    sum(a, b)
}

fn with_dag() -> u64 {
    let steps = black_box(0);
    dag! {
        let a = nothing(steps);
        let b = nothing(steps);
        sum(a, b)
    }
    .expect("no node fails")
}
