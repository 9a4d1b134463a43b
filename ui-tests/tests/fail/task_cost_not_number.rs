//! A cost that is no number.
use dagger::prelude::*;

#[task(cost("a lot"))]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
