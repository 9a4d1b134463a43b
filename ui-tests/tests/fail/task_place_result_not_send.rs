//! A task with a place returns what cannot come back from there.
use dagger::prelude::*;
use std::rc::Rc;

#[task(on(thread = 1))]
fn make(x: i64) -> Rc<i64> {
    Rc::new(x)
}

fn main() {}
