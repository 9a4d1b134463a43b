//! A type has the task's name.
use dagger::prelude::*;

#[allow(non_camel_case_types, dead_code)]
struct double {}

#[task]
fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
