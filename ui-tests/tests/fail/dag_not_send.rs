//! A value that may not change threads goes from one task to another.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn make(x: i64) -> Rc<i64> {
    Rc::new(x)
}

#[task]
fn add(x: Rc<i64>, y: Rc<i64>) -> i64 {
    *x + *y
}

fn main() {
    let _ = dag! {
        let a = make(1);
        let b = make(2);
        add(a, b)
    };
}
