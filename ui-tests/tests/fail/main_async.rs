//! An `async` main.
use dagger::prelude::*;

#[task]
fn double(n: i64) -> i64 {
    2 * n
}

#[dagger::main]
async fn main() {
    println!("{:?}", spawn!(double(4)).await);
}
