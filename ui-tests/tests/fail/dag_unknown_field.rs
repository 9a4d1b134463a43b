//! A field that the value of a task does not have.
use dagger::prelude::*;

struct Point {
    x: f64,
    y: f64,
}

#[task]
fn make(n: f64) -> Point {
    Point { x: n, y: n }
}

#[task]
fn add(x: f64, y: f64) -> f64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = make(4.0);
        let b = make(5.0);
        add(add(a.x, a.z), b.y)
    };
}
