//! A task with a foreign ABI.
use dagger::prelude::*;

#[task]
extern "C" fn double(x: i64) -> i64 {
    2 * x
}

fn main() {
    println!("{}", double(1));
}
