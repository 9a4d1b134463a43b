//! A graph says that it has a result, and its last statement ends in a semicolon.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> i64 {
        let a = double(x);
        let _b = double(a);
    }
}

fn main() {
    println!("{:?}", fourfold::run(1));
}
