//! `return` in a loop of a graph.
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) {
    *x += 1;
}

fn main() {
    let mut v = vec![0; 4];
    let _ = dag! {
        for i in 0..4 {
            bump(&mut v[i]);
            if i > 2 {
                return;
            }
        }
    };
}
