//! A task gets an element of another type than its parameter has.
use dagger::prelude::*;

#[task]
fn bump(x: &mut f64) {
    *x += 1.0;
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
        }
    };
}
