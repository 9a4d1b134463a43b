//! A value is used after a task took it.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn count(v: Vec<f64>) -> usize {
    v.len()
}

#[task]
fn sum(v: &[f64]) -> f64 {
    v.iter().sum()
}

fn main() {
    let _ = dag! {
        let values = make(10);
        let n = count(values);
        let total = sum(&values);
        total / n as f64
    };
}
