//! `#[task]` on a function of a type.
use dagger::prelude::*;

struct Table(Vec<i64>);

impl Table {
    #[task]
    fn make(n: usize) -> Table {
        Table(vec![0; n])
    }
}

fn main() {
    println!("{}", Table::make(3).0.len());
}
