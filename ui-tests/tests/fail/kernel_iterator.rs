//! An iterator inside a kernel.
use dagger::prelude::*;

#[kernel]
fn total(x: f32) -> f32 {
    [x, 1.0, 2.0].iter().sum()
}

fn main() {}
