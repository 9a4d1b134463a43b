//! A kernel that takes a reference.
use dagger::prelude::*;

#[kernel]
fn double(x: &f32) -> f32 {
    2.0 * x
}

fn main() {}
