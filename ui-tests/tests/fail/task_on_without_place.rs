//! `on` without a place.
use dagger::prelude::*;

#[task(on)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
