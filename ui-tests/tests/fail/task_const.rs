//! A `const` task.
use dagger::prelude::*;

#[task]
const fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = spawn!(double(1));
}
