//! The two sides of an `if` have different types.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn name(x: i64) -> String {
    x.to_string()
}

fn main() {
    let _ = dag! {
        let a = double(1);
        let b = if a > 1 { double(a) } else { name(a) };
        let c = double(3);
        (b, c)
    };
}
