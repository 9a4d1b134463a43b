use dagger::prelude::*;
use std::sync::Mutex;

#[task(anywhere)]
fn lock(value: u32) -> Result<Mutex<u32>> {
    Ok(Mutex::new(value))
}

fn main() {
    let _ = lock(1);
}
