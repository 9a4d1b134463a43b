//! The tutorial.
fn main() {}
