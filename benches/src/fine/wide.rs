//! Eight independent nodes of some fifty nanoseconds, and their sum.

use std::hint::black_box;

use dagger::prelude::*;

use crate::busy::work;
use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "eight calls",
        "Eight independent nodes of some 50 ns each, and a sum.",
        plain,
        with_dag,
    )
}

#[task]
fn piece(steps: u64) -> u64 {
    work(steps)
}

fn plain() -> u64 {
    let n = black_box(30);
    let a = piece(n);
    let b = piece(n + 1);
    let c = piece(n + 2);
    let d = piece(n + 3);
    let e = piece(n + 4);
    let f = piece(n + 5);
    let g = piece(n + 6);
    let h = piece(n + 7);
    a + b + c + d + e + f + g + h
}

fn with_dag() -> u64 {
    let n = black_box(30);
    dag! {
        let a = piece(n);
        let b = piece(n + 1);
        let c = piece(n + 2);
        let d = piece(n + 3);
        let e = piece(n + 4);
        let f = piece(n + 5);
        let g = piece(n + 6);
        let h = piece(n + 7);
        a + b + c + d + e + f + g + h
    }
    .expect("no node fails")
}
