//! A `const` graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

dag! {
    const fn twice(x: i64) -> i64 {
        double(x)
    }
}

fn main() {
    println!("{:?}", twice::run(1));
}
