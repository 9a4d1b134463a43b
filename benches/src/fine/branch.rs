//! A branch on a computed value: only the chosen side runs.

use std::hint::black_box;

use dagger::prelude::*;

use crate::busy::work;
use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "branch",
        "A node decides which of two subgraphs runs.",
        plain,
        with_dag,
    )
}

#[task]
fn measure(steps: u64) -> u64 {
    work(steps)
}

#[task]
fn small(size: u64) -> u64 {
    size + work(5)
}

#[task]
fn large(size: u64) -> u64 {
    size + work(10)
}

fn plain() -> u64 {
    let steps = black_box(20);
    let size = measure(steps);
    if size > 15 { large(size) } else { small(size) }
}

fn with_dag() -> u64 {
    let steps = black_box(20);
    dag! {
        let size = measure(steps);
        if size > 15 { large(size) } else { small(size) }
    }
    .expect("no node fails")
}
