//! Fewer arguments than parameters.
use dagger::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = spawn!(add(4));
}
