//! A kernel with memory that grows.
use dagger::prelude::*;

#[kernel]
fn total(x: f32) -> f32 {
    let mut all: Vec<f32> = Vec::new();
    all.push(x);
    x
}

fn main() {}
