//! A priority that is no number.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[priority("high")]
        let a = double(1);
        double(a)
    };
}
