//! Neighbours without `stencil`.
use dagger::prelude::*;

#[kernel]
fn left(u: Neighbours<'_, f32, 1>) -> f32 {
    u[-1]
}

fn main() {}
