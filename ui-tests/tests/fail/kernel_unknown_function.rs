//! A call of a function that exists nowhere.
use dagger::prelude::*;

#[kernel]
fn more(x: f32) -> f32 {
    double(x) + 1.0
}

fn main() {}
