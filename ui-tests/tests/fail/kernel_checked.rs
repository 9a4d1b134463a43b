//! A method that gives an `Option`.
use dagger::prelude::*;

#[kernel]
fn sum(x: i32, y: i32) -> i32 {
    x.checked_add(y).unwrap_or(0)
}

fn main() {}
