//! A value is used above the `let` that makes it.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn sum(v: &[f64]) -> f64 {
    v.iter().sum()
}

fn main() {
    let _ = dag! {
        let total = sum(&values);
        let values = make(10);
        total
    };
}
