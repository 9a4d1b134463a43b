//! A graph is called as if it were a function.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        double(double(x))
    }
}

fn main() {
    println!("{:?}", fourfold(1));
}
