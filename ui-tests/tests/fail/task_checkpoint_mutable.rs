//! A task with a checkpoint changes an argument in place.
use dagger::prelude::*;

#[task(checkpoint)]
fn smooth(v: &mut Vec<f64>) -> f64 {
    v[0]
}

fn main() {}
