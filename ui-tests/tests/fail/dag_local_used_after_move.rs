//! A caller's local is used after the graph took it.
use dagger::prelude::*;

#[task]
fn count(v: Vec<f64>) -> usize {
    v.len()
}

#[task]
fn add(x: usize, y: usize) -> usize {
    x + y
}

fn main() {
    let values = vec![1.0, 2.0];
    let _ = dag! {
        let n = count(values);
        let m = count(vec![3.0]);
        add(n, m)
    };
    println!("{values:?}");
}
