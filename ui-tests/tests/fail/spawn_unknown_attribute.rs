//! An attribute that there is not.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = spawn!(#[prority(2)] double(4));
}
