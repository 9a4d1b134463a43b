//! An ordinary mistake in the body of a task.
use dagger::prelude::*;

#[task(retry = 2)]
fn double(x: i64) -> std::result::Result<i64, String> {
    Ok(2 * y)
}

fn main() {
    println!("{:?}", double(1));
}
