//! A reference inside a kernel.
use dagger::prelude::*;

#[kernel]
fn double(x: f32) -> f32 {
    let y = &x;
    2.0 * y
}

fn main() {}
