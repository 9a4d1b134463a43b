//! A name that is no string.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[name(first)]
        let a = double(1);
        double(a)
    };
}
