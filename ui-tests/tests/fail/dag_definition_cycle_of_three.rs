//! Three values need each other in a ring.
use dagger::prelude::*;

#[task]
fn add(x: &i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let first = add(&third, 1);
        let second = add(&first, 2);
        let third = add(&second, 3);
        third
    };
}
