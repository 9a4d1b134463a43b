//! A missing semicolon in a graph with a name.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        let a = double(x)
        double(a)
    }
}

fn main() {}
