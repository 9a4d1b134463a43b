use dagger::prelude::*;

struct Handle(u32);

#[task(anywhere)]
fn read(handle: &Handle, rows: usize) -> usize {
    handle.0 as usize + rows
}

fn main() {
    read(&Handle(1), 2);
}
