//! A kernel of structs.
use dagger::prelude::*;

#[derive(Clone, Copy)]
struct Point(f32, f32);

#[kernel]
fn length(p: Point) -> f32 {
    p.0
}

fn main() {}
