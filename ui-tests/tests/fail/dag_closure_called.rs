//! A closure of the caller's is called like a task.
use dagger::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let double = |x: i64| 2 * x;
    let _ = dag! {
        let a = add(1, 2);
        let b = double(a);
        add(a, b)
    };
}
