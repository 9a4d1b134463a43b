//! `return` in a graph with a name.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    fn twice(x: i64) -> i64 {
        let a = double(x);
        return a;
    }
}

fn main() {
    println!("{:?}", twice::run(1));
}
