//! A task with a place takes what cannot go there.
use dagger::prelude::*;
use std::rc::Rc;

#[task(on(thread = 1))]
fn count(x: Rc<i64>) -> i64 {
    *x
}

fn main() {}
