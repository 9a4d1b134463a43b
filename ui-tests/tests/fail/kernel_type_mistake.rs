//! A mistake in types is rustc's, and told once.
use dagger::prelude::*;

#[kernel]
fn mixed(x: f32, n: i32) -> f32 {
    x * n
}

fn main() {}
