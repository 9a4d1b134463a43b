//! A spawned block borrows a local.
use dagger::prelude::*;

fn main() {
    let values = vec![1, 2];
    let slice = &values[..];
    let total = spawn!({ slice.iter().sum::<i64>() });
    println!("{:?}", total.fetch());
}
