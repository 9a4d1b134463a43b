//! A task gets a value of another type than its parameter has.
use dagger::prelude::*;

#[task]
fn name(n: i64) -> String {
    n.to_string()
}

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = name(4);
        let b = double(a);
        let c = double(5);
        add(b, c)
    };
}
