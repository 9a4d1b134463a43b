//! A task that keeps more than its whole processor busy.
use dagger::prelude::*;

#[task(occupancy = 1.5)]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
