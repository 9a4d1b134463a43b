//! `return` in a graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a = double(1);
        if a > 1 {
            return;
        }
        double(a)
    };
}
