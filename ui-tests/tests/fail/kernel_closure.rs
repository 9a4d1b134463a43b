//! A closure inside a kernel.
use dagger::prelude::*;

#[kernel]
fn twice(x: f32) -> f32 {
    let double = |y: f32| 2.0 * y;
    double(x)
}

fn main() {}
