//! A name that is no string.
use dagger::prelude::*;

#[task(name = twice)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
