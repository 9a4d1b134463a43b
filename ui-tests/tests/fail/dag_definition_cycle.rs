//! Two values need each other.
use dagger::prelude::*;

#[task]
fn next(x: i64) -> i64 {
    x + 1
}

fn main() {
    let _ = dag! {
        let a = next(b);
        let b = next(a);
        a + b
    };
}
