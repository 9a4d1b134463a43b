//! Nobody looks at the `Result` of the graph itself.
#![deny(warnings)]
use dagger::prelude::*;

#[task]
fn print(x: i64) {
    println!("{x}");
}

fn main() {
    dag! {
        print(1);
        print(2);
    };
}
