//! Nothing to run.
use dagger::prelude::*;

fn main() {
    let _ = spawn!();
}
