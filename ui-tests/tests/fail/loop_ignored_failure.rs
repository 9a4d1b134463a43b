//! Nobody looks at the `Result` of a task in a loop.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn check(x: &i64) -> std::result::Result<(), String> {
    if *x > 0 { Ok(()) } else { Err("not positive".into()) }
}

fn main() {
    let v = vec![1_i64; 4];
    let _ = dag! {
        for i in 0..4 {
            check(&v[i]);
        }
    };
}
