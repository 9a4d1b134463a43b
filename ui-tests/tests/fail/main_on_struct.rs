//! `#[dagger::main]` on something that is no function.
#[dagger::main]
struct Main;

fn main() {}
