//! As in `item_wrong_result_type`, in a graph with tasks side by side.
use dagger::prelude::*;

#[task]
fn double(x: &i64) -> i64 {
    2 * x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

dag! {
    fn fourfold(x: i64) -> String {
        let a = double(&x);
        let b = double(&x);
        add(a, b)
    }
}

fn main() {
    println!("{:?}", fourfold::run(1));
}
