use dagger::prelude::*;

struct Handle(u32);

#[task(anywhere)]
fn read(handles: Vec<Option<Handle>>) -> u32 {
    handles.into_iter().flatten().map(|handle| handle.0).sum()
}

fn main() {
    read(vec![]);
}
