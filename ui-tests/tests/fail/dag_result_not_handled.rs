//! The value of a graph is taken without looking at its `Result`.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let y: i64 = dag! {
        let a = double(1);
        double(a)
    };
    println!("{y}");
}
