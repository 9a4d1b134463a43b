//! The attribute leaves the function as it is.
use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

fn main() {
    assert_eq!(add1(4), 5);
}
