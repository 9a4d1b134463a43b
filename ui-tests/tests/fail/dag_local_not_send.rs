//! A caller's local that may not change threads is given to a task.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn take(x: Rc<i64>) -> i64 {
    *x
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let one = Rc::new(1);
    let two = Rc::new(2);
    let _ = dag! {
        let a = take(one);
        let b = take(two);
        add(a, b)
    };
}
