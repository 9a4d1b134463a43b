//! A future is spawned.
use dagger::prelude::*;

fn main() {
    let _ = spawn!(async { 4 });
}
