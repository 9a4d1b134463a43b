//! A type parameter without a bound.
use dagger::prelude::*;

#[kernel]
fn same<T: Copy>(x: T) -> T {
    x
}

fn main() {
    let f = same::with::<String>();
}
