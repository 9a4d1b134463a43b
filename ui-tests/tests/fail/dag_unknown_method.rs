//! A method that the value of a task does not have.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn add(x: f64, y: f64) -> f64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = make(4);
        let b = make(5);
        let c = a.lenght() as f64;
        let d = b.len() as f64;
        add(c, d)
    };
}
