//! `#[kernel]` on something else.
use dagger::prelude::*;

#[kernel]
struct Thing;

fn main() {}
