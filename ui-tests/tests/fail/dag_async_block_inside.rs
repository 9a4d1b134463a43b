//! An `async` block in a graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a = async { 4 };
        double(3)
    };
}
