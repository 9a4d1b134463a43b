//! A constant that does not exist.
use dagger::prelude::*;

#[kernel]
fn scaled(x: f32) -> f32 {
    x * FACTOR
}

fn main() {}
