//! One call borrows an element to change it and the whole to read it.
use dagger::prelude::*;

#[task]
fn mix(x: &mut i64, all: &[i64]) {
    *x += all.len() as i64;
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            mix(&mut v[i], &v);
        }
    };
}
