//! A priority that is no number.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = spawn!(#[priority("high")] double(4));
}
