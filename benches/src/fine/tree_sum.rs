//! The sum of 16,384 numbers by halves, down to pieces of 256.

use std::hint::black_box;
use std::sync::LazyLock;

use dagger::prelude::*;

use crate::harness::Question;

static NUMBERS: LazyLock<Vec<u64>> = LazyLock::new(|| (0..16_384).collect());

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "sum by halves",
        "16,384 numbers are added by halves, down to pieces of 256.",
        plain,
        with_dag,
    )
}

fn add(values: &[u64]) -> u64 {
    values
        .iter()
        .fold(0, |sum, value| sum ^ value.wrapping_mul(31))
}

fn halves(values: &[u64]) -> u64 {
    if values.len() <= 256 {
        return add(values);
    }
    let (left, right) = values.split_at(values.len() / 2);
    halves(left) ^ halves(right)
}

#[task]
fn halves_by_task(values: &[u64]) -> u64 {
    if values.len() <= 256 {
        return add(values);
    }
    let (left, right) = values.split_at(values.len() / 2);
    dag! {
        let a = halves_by_task(left);
        let b = halves_by_task(right);
        a ^ b
    }
    .expect("no node fails")
}

fn plain() -> u64 {
    halves(black_box(&NUMBERS))
}

fn with_dag() -> u64 {
    halves_by_task(black_box(&NUMBERS))
}
