use dagger::prelude::*;

#[task(anywhere)]
fn twice<T: Clone>(value: &T, times: u8) -> u8 {
    let _ = value.clone();
    times
}

fn main() {
    twice(&1, 2);
}
