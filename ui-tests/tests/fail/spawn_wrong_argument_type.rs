//! A value of a wrong type is given.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = spawn!(double("four"));
}
