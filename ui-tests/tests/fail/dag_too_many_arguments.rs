//! A task gets more arguments than it has parameters.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = double(1, 2);
        let b = double(3);
        add(a, b)
    };
}
