//! `local` with a number.
use dagger::prelude::*;

#[task(on(local = 1))]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
