//! Two tasks take the same value.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn count(v: Vec<f64>) -> usize {
    v.len()
}

fn main() {
    let _ = dag! {
        let values = make(10);
        let n = count(values);
        let m = count(values);
        n + m
    };
}
