//! A priority without a value.
use dagger::prelude::*;

#[task(priority)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
