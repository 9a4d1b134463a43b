//! A variable with a typo.
use dagger::prelude::*;

#[kernel]
fn scaled(#[uniform] alpha: f32, x: f32) -> f32 {
    x * alhpa
}

fn main() {}
