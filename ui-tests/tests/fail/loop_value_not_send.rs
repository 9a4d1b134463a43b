//! A value that goes from task to task in a loop may not change threads.
use dagger::prelude::*;
use std::rc::Rc;

#[task]
fn make(i: usize) -> Rc<usize> {
    Rc::new(i)
}

#[task]
fn add(total: &mut usize, n: &Rc<usize>) {
    *total += **n;
}

fn main() {
    let mut total = 0;
    let _ = dag! {
        for i in 0..4 {
            let n = make(i);
            add(&mut total, &n);
        }
    };
}
