use dagger::prelude::*;

#[task(anywhere)]
fn numbers(up_to: u32) -> impl Iterator<Item = u32> {
    0..up_to
}

fn main() {
    let _ = numbers(3);
}
