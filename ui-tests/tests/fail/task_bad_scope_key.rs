//! A place that there is not.
use dagger::prelude::*;

#[task(on(cpu = 1))]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
