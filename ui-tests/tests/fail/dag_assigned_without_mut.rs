//! A variable that is not `mut` gets a second value.
use dagger::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = add(1, 2);
        let b = add(3, 4);
        a = add(a, b);
        a
    };
}
