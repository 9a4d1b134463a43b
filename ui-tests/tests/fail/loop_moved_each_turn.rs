//! A value is moved into a task on every turn of a loop.
use dagger::prelude::*;

#[task]
fn count(v: Vec<i64>) -> usize {
    v.len()
}

#[task]
fn add(total: &mut usize, n: usize) {
    *total += n;
}

fn main() {
    let values = vec![1, 2];
    let mut total = 0;
    let _ = dag! {
        for _ in 0..4 {
            let n = count(values);
            add(&mut total, n);
        }
    };
}
