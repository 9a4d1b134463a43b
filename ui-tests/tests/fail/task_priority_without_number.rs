//! A priority that is no number.
use dagger::prelude::*;

#[task(priority = "high")]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
