use dagger::prelude::*;

#[derive(Wire)]
struct View<'a> {
    name: &'a str,
    rows: usize,
}

fn crosses(_: impl Wire) {}

fn main() {
    let view = View { name: "v", rows: 1 };
    let _ = (view.name, view.rows);
    crosses(view);
}
