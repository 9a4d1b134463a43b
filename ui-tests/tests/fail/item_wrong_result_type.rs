//! The last expression of a graph has another type than the graph says.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn fourfold(x: i64) -> String {
        let a = double(x);
        double(a)
    }
}

fn main() {
    println!("{:?}", fourfold::run(1));
}
