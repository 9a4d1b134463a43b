//! A setting that does not exist.
use dagger::prelude::*;

#[kernel(stensil)]
fn same(x: f32) -> f32 {
    x
}

fn main() {}
