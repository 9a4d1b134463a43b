//! A value is taken apart into more parts than it has.
use dagger::prelude::*;

#[task]
fn pair(n: i64) -> (i64, i64) {
    (n, n + 1)
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let (a, b, c) = pair(1);
        let (d, e) = pair(2);
        add(add(a, b), add(c, add(d, e)))
    };
}
