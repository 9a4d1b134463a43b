//! A number of threads that is no number.
#[dagger::main(threads = "two")]
fn main() {}
