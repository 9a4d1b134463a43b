//! A value is given where the task takes a reference.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn sum(v: &Vec<f64>) -> f64 {
    v.iter().sum()
}

#[task]
fn add(x: f64, y: f64) -> f64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = make(4);
        let b = make(5);
        add(sum(a), sum(&b))
    };
}
