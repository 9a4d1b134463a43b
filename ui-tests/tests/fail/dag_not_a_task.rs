//! A plain function is called as if it were a task.
use dagger::prelude::*;

fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = add(1, 2);
        let b = double(a);
        let c = add(a, 3);
        add(b, c)
    };
}
