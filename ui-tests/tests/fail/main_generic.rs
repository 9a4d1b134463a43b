//! A generic main.
#[dagger::main]
fn main<T>() {}
