//! A variable is declared `mut` and never changed.
#![deny(warnings)]
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
        let mut a = double(1);
        let b = double(2);
        add(a, b)
    };
}
