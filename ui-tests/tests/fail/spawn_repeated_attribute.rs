//! An attribute is given twice.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let _ = spawn!(#[priority(2)] #[priority(3)] double(4));
}
