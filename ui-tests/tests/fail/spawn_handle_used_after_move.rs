//! A handle is used after a task took it.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

fn main() {
    let a = spawn!(double(4));
    let b = spawn!(double(a));
    println!("{:?} {:?}", a.fetch(), b.fetch());
}
