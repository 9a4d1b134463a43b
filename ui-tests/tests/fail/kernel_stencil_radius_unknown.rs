//! An offset that is no number, without a radius.
use dagger::prelude::*;

#[kernel(stencil)]
fn sum(u: Neighbours<'_, f32, 1>) -> f32 {
    let mut sum = 0.0;
    for i in -2..=2 {
        sum += u[i];
    }
    sum
}

fn main() {}
