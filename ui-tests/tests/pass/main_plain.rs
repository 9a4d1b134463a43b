//! `#[dagger::main]` without settings, and a main that returns a `Result`.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

#[dagger::main]
fn main() -> dagger::Result<()> {
    assert_eq!(spawn!(add1(1)).fetch()?, 2);
    Ok(())
}
