//! A call of a plain function.
use dagger::prelude::*;

fn double(x: f32) -> f32 {
    2.0 * x
}

#[kernel]
fn more(x: f32) -> f32 {
    double(x) + 1.0
}

fn main() {}
