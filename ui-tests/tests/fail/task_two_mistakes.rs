//! Two mistakes are both told at once.
use dagger::prelude::*;

#[task(colour = "red")]
async fn double(x: i64) -> i64 {
    2 * x
}

fn main() {}
