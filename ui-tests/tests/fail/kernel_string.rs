//! Text inside a kernel.
use dagger::prelude::*;

#[kernel]
fn named(x: f32) -> f32 {
    let name = "x";
    x
}

fn main() {}
