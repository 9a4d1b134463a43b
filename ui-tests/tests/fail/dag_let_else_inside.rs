//! `let .. else` in a graph.
use dagger::prelude::*;

#[task]
fn find(v: &[i64]) -> Option<i64> {
    v.first().copied()
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let v = vec![1, 2];
    let _ = dag! {
        let Some(x) = find(&v) else { panic!("empty") };
        double(x)
    };
}
