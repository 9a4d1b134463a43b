//! A kernel that gives nothing.
use dagger::prelude::*;

#[kernel]
fn nothing(x: f32) {
    let _ = x;
}

fn main() {}
