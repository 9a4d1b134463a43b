use dagger::prelude::*;

struct Handle(u32);

#[derive(Wire)]
struct Session {
    name: String,
    handle: Handle,
}

fn main() {
    let session = Session { name: String::new(), handle: Handle(1) };
    let _ = (session.name, session.handle.0);
}
