//! In-place updates between shared reads.

use std::hint::black_box;

use dagger::prelude::*;

use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "updates",
        "A vector of 64 numbers is made, read twice, updated in place, read again.",
        plain,
        with_dag,
    )
}

#[task]
fn ramp(length: u64) -> Vec<u64> {
    (0..length).collect()
}

#[task]
fn sum(values: &[u64]) -> u64 {
    values.iter().sum()
}

#[task]
fn greatest(values: &[u64]) -> u64 {
    values.iter().copied().max().unwrap_or(0)
}

#[task]
fn shift(values: &mut Vec<u64>, by: u64) {
    for value in values {
        *value += by;
    }
}

#[task]
fn weigh(before: u64, after: u64) -> u64 {
    before * 3 + after
}

fn plain() -> u64 {
    let length = black_box(64);
    let mut values = ramp(length);
    let before = sum(&values);
    let most = greatest(&values);
    shift(&mut values, most);
    let after = sum(&values);
    weigh(before, after)
}

fn with_dag() -> u64 {
    let length = black_box(64);
    dag! {
        let mut values = ramp(length);
        let before = sum(&values);
        let most = greatest(&values);
        shift(&mut values, most);
        let after = sum(&values);
        weigh(before, after)
    }
    .expect("no node fails")
}
