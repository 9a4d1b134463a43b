//! A pattern that does not fit every value.
use dagger::prelude::*;

#[task]
fn find(n: i64) -> Option<i64> {
    Some(n)
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let Some(a) = find(1);
        let b = find(2)?;
        add(a, b)
    };
}
