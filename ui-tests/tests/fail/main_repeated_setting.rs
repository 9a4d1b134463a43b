//! A setting is given twice.
#[dagger::main(threads = 2, threads = 3)]
fn main() {}
