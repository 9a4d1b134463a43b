//! Too few offsets.
use dagger::prelude::*;

#[kernel(stencil)]
fn left(u: Neighbours<'_, f32, 2>) -> f32 {
    u[-1]
}

fn main() {}
