//! `continue` of a labelled loop that is around the graph.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    'outer: for x in 0..10 {
        let _ = dag! {
            let a = double(x);
            if a > 10 {
                continue 'outer;
            }
            double(a)
        };
    }
}
