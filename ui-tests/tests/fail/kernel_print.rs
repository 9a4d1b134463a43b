//! Printing inside a kernel.
use dagger::prelude::*;

#[kernel]
fn shown(x: f32) -> f32 {
    println!("{x}");
    x
}

fn main() {}
