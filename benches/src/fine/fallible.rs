//! Tasks that may fail, with `?`.

use std::hint::black_box;
use std::num::ParseIntError;

use dagger::prelude::*;

use crate::harness::Question;

/// Nanoseconds a run.
pub fn question() -> Question {
    super::question(
        "fallible",
        "Two fallible nodes parse numbers, a third adds them.",
        plain,
        with_dag,
    )
}

#[task]
fn parse(text: &str) -> Result<i64, ParseIntError> {
    text.parse()
}

#[task]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn plain() -> i64 {
    let (left, right) = black_box(("1234567", "-7654321"));
    let sum = || -> Result<i64, ParseIntError> {
        let a = parse(left)?;
        let b = parse(right)?;
        Ok(add(a, b))
    };
    sum().expect("both are numbers")
}

fn with_dag() -> i64 {
    let (left, right) = black_box(("1234567", "-7654321"));
    dag! {
        let a = parse(left)?;
        let b = parse(right)?;
        add(a, b)
    }
    .expect("both are numbers")
}
