//! One call borrows a value both to change and to read it.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn append(to: &mut Vec<f64>, from: &Vec<f64>) {
    to.extend(from);
}

#[task]
fn sum(v: &[f64]) -> f64 {
    v.iter().sum()
}

fn main() {
    let _ = dag! {
        let mut a = make(3);
        let b = make(4);
        append(&mut a, &a);
        sum(&a) + sum(&b)
    };
}
