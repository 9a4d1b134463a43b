//! A closure that nobody gives its argument.
use dagger::prelude::*;

fn main() {
    let _ = spawn!(|x: i64| x + 1);
}
