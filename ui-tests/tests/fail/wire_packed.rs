use dagger::prelude::*;

#[derive(Wire)]
#[repr(C, packed)]
struct Tight {
    first: u8,
    second: u32,
}

fn main() {
    let tight = Tight { first: 1, second: 2 };
    let _ = (tight.first, { tight.second });
}
