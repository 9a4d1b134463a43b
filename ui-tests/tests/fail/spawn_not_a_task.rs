//! A plain function is spawned as if it were a task.
use dagger::prelude::*;

fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = spawn!(double(1));
}
