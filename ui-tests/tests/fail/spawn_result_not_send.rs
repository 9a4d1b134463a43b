//! A task returns what may not change threads.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn make(x: i64) -> Rc<i64> {
    Rc::new(x)
}

fn main() {
    let _ = spawn!(make(1));
}
