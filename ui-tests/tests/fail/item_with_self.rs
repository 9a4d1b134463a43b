//! A graph with `self`.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn twice(&self, x: i64) -> i64 {
        double(x)
    }
}

fn main() {}
