//! Elements of a local that is not `mut` are changed.
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) {
    *x += 1;
}

fn main() {
    let v = vec![0_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
        }
    };
}
