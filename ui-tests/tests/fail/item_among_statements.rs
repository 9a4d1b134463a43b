//! Statements and a function in one `dag!`.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        double(double(x))
    }
    let a = double(1);
}

fn main() {}
