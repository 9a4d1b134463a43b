//! Nobody looks at the `Result` of a task.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn check(x: i64) -> std::result::Result<(), String> {
    if x > 0 { Ok(()) } else { Err("not positive".into()) }
}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    let _ = dag! {
        check(1);
        double(2)
    };
}
