//! Types and numbers wider than a device computes with.
use dagger::prelude::*;

#[kernel]
fn wide(x: u128) -> u64 {
    18446744073709551616 as u64
}

fn main() {}
