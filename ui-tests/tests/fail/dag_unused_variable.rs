//! A variable that holds the result of a task is never used.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a = double(1);
        let b = double(2);
        double(a)
    };
}
