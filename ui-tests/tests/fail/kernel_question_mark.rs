//! `?` inside a kernel.
use dagger::prelude::*;

#[kernel]
fn halved(x: u32) -> u32 {
    half(x)? + 1
}

fn main() {}
