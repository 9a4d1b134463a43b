//! A caller's local that is not `mut` is changed in place.
use dagger::prelude::*;

#[task]
fn bump(x: &mut i64) {
    *x += 1;
}

fn main() {
    let x = 1;
    let y = 2;
    let _ = dag! {
        bump(&mut x);
        let z = x + y;
        z
    };
}
