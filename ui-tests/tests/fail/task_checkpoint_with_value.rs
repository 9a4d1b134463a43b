//! A value for an option that takes none.
use dagger::prelude::*;

#[task(checkpoint = true)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
