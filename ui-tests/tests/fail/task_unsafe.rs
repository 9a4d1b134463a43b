//! An `unsafe` task.
use dagger::prelude::*;

#[task]
unsafe fn double(x: i64) -> i64 {
    2 * x
}

fn main() {}
