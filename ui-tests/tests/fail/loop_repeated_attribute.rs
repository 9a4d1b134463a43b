//! An attribute is given twice, in a loop.
use dagger::prelude::*;

#[task]
fn double(x: &mut i64) {
    *x *= 2;
}

fn main() {
    let mut v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            #[priority(1)]
            #[priority(2)]
            double(&mut v[i]);
        }
    };
}
