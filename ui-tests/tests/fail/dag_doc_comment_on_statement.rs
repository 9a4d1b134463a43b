//! A doc comment where an ordinary one belongs.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        /// Twice one.
        let a = double(1);
        double(a)
    };
}
