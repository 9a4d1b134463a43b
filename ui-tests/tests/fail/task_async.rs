//! An `async` task.
use dagger::prelude::*;

#[task]
async fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = spawn!(double(1));
}
