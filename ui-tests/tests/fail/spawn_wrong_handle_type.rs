//! A handle of a string is given where a number is wanted.
use dagger::prelude::*;

#[task]
fn name(n: i64) -> String {
    n.to_string()
}

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let a = spawn!(name(4));
    let _ = spawn!(double(a));
}
