//! An option that there is not.
use dagger::prelude::*;

#[task(prority = 3)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
