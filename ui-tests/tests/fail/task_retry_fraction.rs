//! Half a retry.
use dagger::prelude::*;

#[task(retry = 0.5)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
