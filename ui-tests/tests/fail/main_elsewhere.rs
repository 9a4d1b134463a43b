//! `#[dagger::main]` on another function than `main`.
#[dagger::main]
fn start() {}

fn main() {
    start();
}
