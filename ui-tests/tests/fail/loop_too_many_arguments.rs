//! A task of a loop gets more arguments than it has parameters.
use dagger::prelude::*;

#[task]
fn double(x: &mut i64) {
    *x *= 2;
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            double(&mut v[i], 2);
        }
    };
}
