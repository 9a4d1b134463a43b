//! Nobody uses the result of a task in a loop.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) -> i64 {
    *x += 1;
    *x
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
        }
    };
}
