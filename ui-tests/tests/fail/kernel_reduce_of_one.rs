//! A reduction that combines nothing.
use dagger::prelude::*;

#[kernel(reduce, identity = 0.0)]
fn same(a: f32) -> f32 {
    a
}

fn main() {}
