//! A function that exists nowhere is spawned.
use dagger::prelude::*;

fn main() {
    let _ = spawn!(double(1));
}
