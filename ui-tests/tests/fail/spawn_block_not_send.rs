//! A spawned block captures what may not change threads.
use dagger::prelude::*;
use std::rc::Rc;

fn main() {
    let one = Rc::new(1);
    let _ = spawn!({ *one + 1 });
}
