use dagger::prelude::*;

#[derive(Wire)]
union Bits {
    float: f32,
    whole: u32,
}

fn main() {
    let _ = Bits { float: 1.0 };
}
