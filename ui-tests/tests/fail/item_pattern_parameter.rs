//! A parameter of a graph is a pattern.
use dagger::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

dag! {
    fn sum((x, y): (i64, i64)) -> i64 {
        add(x, y)
    }
}

fn main() {
    println!("{:?}", sum::run((1, 2)));
}
