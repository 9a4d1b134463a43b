//! More arguments than parameters.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = spawn!(double(4, 5));
}
