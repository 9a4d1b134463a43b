//! An argument that may not change threads.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn show(x: Rc<i64>) -> i64 {
    *x
}

fn main() {
    let one = Rc::new(1);
    let _ = spawn!(show(one));
}
