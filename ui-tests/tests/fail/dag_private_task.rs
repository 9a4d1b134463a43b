//! A task of another module that is private there.
use dagger::prelude::*;

mod numbers {
    #[dagger::task]
    fn double(x: i64) -> i64 {
        2 * x
    }
}

fn main() {
    let _ = dag! {
        let a = numbers::double(1);
        a
    };
}
