//! `#[cfg(..)]` on a statement.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        #[cfg(unix)]
        let a = double(1);
        double(a)
    };
}
