//! `#[task]` on something that is no function.
use dagger::prelude::*;

#[task]
struct Numbers(Vec<i64>);

fn main() {}
