//! A task gets a reference to a value of another type than its parameter refers to.
use dagger::prelude::*;

#[task]
fn name(n: i64) -> String {
    n.to_string()
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
    let v = vec![1.0];
    let _ = dag! {
        let a = name(4);
        let b = sum(&a);
        let c = sum(&v);
        add(b, c)
    };
}
