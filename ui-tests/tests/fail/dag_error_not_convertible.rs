//! `?` on an error that is no error type.
use dagger::prelude::*;

#[derive(Debug)]
struct Broken;

#[task]
fn check(x: i64) -> std::result::Result<i64, Broken> {
    if x > 0 { Ok(x) } else { Err(Broken) }
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = check(1)?;
        let b = add(1, 2);
        add(a, b)
    };
}
