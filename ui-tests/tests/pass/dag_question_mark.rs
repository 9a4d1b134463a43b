//! `?` after tasks, inside expressions, on `Option`, and on errors of several types.
#![deny(warnings)]
use dagger::prelude::*;
use std::num::ParseIntError;

#[task]
fn parse(text: &str) -> std::result::Result<i64, ParseIntError> {
    text.parse()
}

#[task]
fn positive(x: i64) -> std::result::Result<i64, String> {
    if x > 0 { Ok(x) } else { Err(format!("{x} is not positive")) }
}

#[task]
fn first(v: &[i64]) -> Option<i64> {
    v.first().copied()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn sum(a: &str, b: &str, v: &[i64]) -> Result<i64> {
    dag! {
        let a = parse(a)?;
        let b = positive(parse(b)?)?;
        let c = first(v)?;
        let d = "4".parse::<i64>()?;
        add(add(a, b), c) + d
    }
}

fn main() {
    assert_eq!(sum("1", "2", &[3]).unwrap(), 10);
    assert!(sum("x", "2", &[3]).is_err());
    assert!(sum("1", "-2", &[3]).unwrap_err().to_string().contains("positive"));
    assert!(sum("1", "2", &[]).is_err());
}
