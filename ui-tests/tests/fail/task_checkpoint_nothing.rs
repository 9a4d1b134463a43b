//! A task with a checkpoint returns nothing.
use dagger::prelude::*;

#[task(checkpoint)]
fn show(v: Vec<f64>) {
    println!("{v:?}");
}

fn main() {}
