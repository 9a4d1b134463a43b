//! One call borrows a value twice to change it.
use dagger::prelude::*;

#[task]
fn swap(a: &mut i64, b: &mut i64) {
    std::mem::swap(a, b);
}

fn main() {
    let mut x = 1;
    let _ = dag! {
        swap(&mut x, &mut x);
    };
}
