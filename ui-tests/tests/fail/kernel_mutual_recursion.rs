//! Kernels that call each other.
use dagger::prelude::*;

#[kernel]
fn even(n: u32) -> bool {
    if n == 0 { true } else { odd(n - 1) }
}

#[kernel]
fn odd(n: u32) -> bool {
    if n == 0 { false } else { even(n - 1) }
}

fn main() {}
