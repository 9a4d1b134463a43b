use dagger::prelude::*;

#[derive(Wire)]
struct Pair<T>(T, T);

fn crosses(_: impl Wire) {}

fn pair<T: Clone>(value: T) {
    crosses(Pair(value.clone(), value));
}

fn main() {
    pair(1);
}
