use dagger::prelude::*;

#[task(anywhere)]
fn first(of: &[u32]) -> &u32 {
    &of[0]
}

fn main() {
    let _ = first(&[1]);
}
