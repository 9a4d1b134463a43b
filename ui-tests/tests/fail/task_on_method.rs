//! `#[task]` on a method.
use dagger::prelude::*;

struct Table(Vec<i64>);

impl Table {
    #[task]
    fn sum(&self) -> i64 {
        self.0.iter().sum()
    }
}

fn main() {
    println!("{}", Table(vec![1]).sum());
}
