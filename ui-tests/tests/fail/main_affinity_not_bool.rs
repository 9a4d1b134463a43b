//! A switch that is neither on nor off.
#[dagger::main(affinity = 1)]
fn main() {}
