//! Two values of a loop that each need the other.
use dagger::prelude::*;

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

#[task]
fn put(x: &mut i64, y: i64) {
    *x = y;
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            let a = double(b);
            let b = double(a);
            put(&mut v[i], b);
        }
    };
}
