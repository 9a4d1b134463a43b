//! `break` of a loop that is around the graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let mut x = 1;
    loop {
        x = dag! {
            let a = double(x);
            if a > 100 {
                break;
            }
            double(a)
        }
        .unwrap();
    }
}
