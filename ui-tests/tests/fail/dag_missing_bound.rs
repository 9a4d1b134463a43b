//! A task's type parameter does not satisfy the task's bound.
use dagger::prelude::*;

struct Plain;

#[task]
fn make(_n: i64) -> Plain {
    Plain
}

#[task]
fn show<T: std::fmt::Display>(x: &T) -> String {
    x.to_string()
}

#[task]
fn join(a: String, b: String) -> String {
    a + &b
}

fn main() {
    let _ = dag! {
        let a = make(1);
        let b = show(&a);
        let c = show(&3);
        join(b, c)
    };
}
