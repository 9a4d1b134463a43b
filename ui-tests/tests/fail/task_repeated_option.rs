//! An option is given twice.
use dagger::prelude::*;

#[task(retry = 3, retry = 4)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
