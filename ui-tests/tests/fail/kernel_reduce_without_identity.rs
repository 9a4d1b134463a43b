//! A reduction without an identity.
use dagger::prelude::*;

#[kernel(reduce)]
fn add(a: f32, b: f32) -> f32 {
    a + b
}

fn main() {}
