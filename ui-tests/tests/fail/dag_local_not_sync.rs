//! Two tasks read a caller's local that only one thread at a time may look at.
use dagger::prelude::*;
use std::cell::Cell;

#[task]
fn read(x: &Cell<i64>) -> i64 {
    x.get()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let cell = Cell::new(1);
    let _ = dag! {
        let a = read(&cell);
        let b = read(&cell);
        add(a, b)
    };
}
