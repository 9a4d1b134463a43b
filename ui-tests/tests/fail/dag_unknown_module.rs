//! A module that exists nowhere.
use dagger::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = add(1, 2);
        let b = figures::double(a);
        add(a, b)
    };
}
