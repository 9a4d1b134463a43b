//! An attribute is given twice.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[priority(3)]
        #[priority(4)]
        let a = double(1);
        double(a)
    };
}
