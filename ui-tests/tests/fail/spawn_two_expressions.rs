//! Two tasks in one `spawn!`.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = spawn!(double(1), double(2));
}
