//! Two tasks read a value that only one thread at a time may look at.
use dagger::prelude::*;
use std::cell::Cell;

#[task]
fn make(x: i64) -> Cell<i64> {
    Cell::new(x)
}

#[task]
fn read(x: &Cell<i64>) -> i64 {
    x.get()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let cell = make(1);
        let a = read(&cell);
        let b = read(&cell);
        add(a, b)
    };
}
