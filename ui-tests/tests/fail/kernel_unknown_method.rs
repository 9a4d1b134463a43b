//! A method no number has.
use dagger::prelude::*;

#[kernel]
fn root(x: f32) -> f32 {
    x.sqroot()
}

fn main() {}
