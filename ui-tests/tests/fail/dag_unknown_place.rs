//! A place that there is not.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[on(wroker = 1)]
        let a = double(1);
        double(a)
    };
}
