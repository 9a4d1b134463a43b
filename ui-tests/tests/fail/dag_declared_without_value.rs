//! A variable of a graph that gets its value later.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        let a;
        a = double(1);
        double(a)
    };
}
