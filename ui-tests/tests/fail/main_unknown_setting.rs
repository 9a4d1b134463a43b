//! A setting that there is not.
#[dagger::main(thread = 2)]
fn main() {}
