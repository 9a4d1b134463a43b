use dagger::prelude::*;

#[derive(Wire)]
struct Named {
    shown: Box<dyn std::fmt::Display>,
}

fn main() {
    let _ = Named { shown: Box::new(1) }.shown;
}
