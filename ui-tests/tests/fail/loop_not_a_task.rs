//! A plain function is called as if it were a task, in a loop.
use dagger::prelude::*;

fn bump(x: &mut i64) {
    *x += 1;
}

fn main() {
    let mut v = vec![0; 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
        }
    };
}
