//! The result of the graph borrows from a value of the graph.
use dagger::prelude::*;

#[task]
fn make(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

#[task]
fn first(v: &[f64]) -> &f64 {
    &v[0]
}

fn main() {
    let _ = dag! {
        let values = make(3);
        first(&values)
    };
}
