//! `#[dagger::main]` with settings, and a main that returns nothing.
#![deny(warnings)]
#[dagger::main(threads = 2, stack_size = 1 << 22, affinity = false)]
fn main() {
    assert_eq!(dagger::this_worker(), 0);
}
