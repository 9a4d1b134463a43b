//! A name without a letter.
use dagger::prelude::*;

#[task(name = "")]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
