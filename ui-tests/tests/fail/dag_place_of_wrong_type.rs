//! A worker named by a string.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[on(worker = "one")]
        let a = double(1);
        double(a)
    };
}
