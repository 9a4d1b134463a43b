//! A priority that is only known at run time.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let n = 3;
    let _ = dag! {
        let a = double(1);
        #[priority(n + 1)]
        let b = double(2);
        a + b
    };
}
