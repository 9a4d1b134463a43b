//! A value of a loop is used behind the loop.
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
            let doubled = double(3);
            put(&mut v[i], doubled);
        }
        put(&mut v[0], doubled);
    };
}
