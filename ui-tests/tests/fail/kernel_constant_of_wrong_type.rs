//! A constant that no device can hold.
use dagger::prelude::*;

const NAME: &str = "x";

#[kernel]
fn length(x: usize) -> usize {
    x + NAME.len()
}

fn main() {}
