//! Two mistakes are both told at once.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[colour("red")]
        let a = double(1);
        if a > 3 {
            return;
        }
        double(a)
    };
}
