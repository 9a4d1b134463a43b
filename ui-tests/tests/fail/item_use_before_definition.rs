//! A value of a graph with a name is used above the `let` that makes it.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        let b = double(a);
        let a = double(x);
        b
    }
}

fn main() {
    println!("{:?}", fourfold::run(1));
}
