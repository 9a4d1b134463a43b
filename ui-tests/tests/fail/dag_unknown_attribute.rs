//! An attribute that there is not.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[prioritty(3)]
        let a = double(1);
        double(a)
    };
}
