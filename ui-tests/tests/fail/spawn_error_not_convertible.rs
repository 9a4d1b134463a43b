//! A spawned task's error is no error type.
use dagger::prelude::*;

#[derive(Debug)]
struct Broken;

#[task]
fn check(x: i64) -> std::result::Result<i64, Broken> {
    if x > 0 { Ok(x) } else { Err(Broken) }
}

fn main() {
    let _ = spawn!(check(1));
}
