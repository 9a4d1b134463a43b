//! A priority inside a closure.
use dagger::prelude::*;

#[task]
fn apply(f: impl Fn(i64) -> i64) -> i64 {
    f(1)
}

fn main() {
    let _ = dag! {
        apply(|x| {
            #[priority(2)]
            let y = x + 1;
            y
        })
    };
}
