//! A function is defined among the statements of a graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a = double(1);
        fn triple(x: i64) -> i64 {
            3 * x
        }
        double(a)
    };
}
