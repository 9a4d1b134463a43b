//! A task borrows a local, which may be gone before the task ends.
use dagger::prelude::*;

#[task]
fn sum(v: &Vec<i64>) -> i64 {
    v.iter().sum()
}

fn main() {
    let values = vec![1, 2];
    let total = spawn!(sum(&values));
    println!("{:?}", total.fetch());
}
