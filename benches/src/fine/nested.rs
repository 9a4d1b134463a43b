//! A graph whose nodes run graphs of their own.

use std::hint::black_box;

use dagger::prelude::*;

use crate::busy::work;
use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "nested",
        "Two nodes, each of which runs a graph of two nodes.",
        plain,
        with_dag,
    )
}

#[task]
fn piece(steps: u64) -> u64 {
    work(steps)
}

#[task]
fn pair(steps: u64) -> u64 {
    dag! {
        let a = piece(steps);
        let b = piece(steps + 1);
        a + b
    }
    .expect("no node fails")
}

fn pair_without(steps: u64) -> u64 {
    let a = piece(steps);
    let b = piece(steps + 1);
    a + b
}

fn plain() -> u64 {
    let steps = black_box(20);
    let left = pair_without(steps);
    let right = pair_without(steps + 2);
    left + right
}

fn with_dag() -> u64 {
    let steps = black_box(20);
    dag! {
        let left = pair(steps);
        let right = pair(steps + 2);
        left + right
    }
    .expect("no node fails")
}
