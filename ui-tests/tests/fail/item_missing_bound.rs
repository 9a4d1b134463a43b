//! A generic graph calls a task with a type that does not satisfy the task's bound.
use dagger::prelude::*;

#[task]
fn show<T: std::fmt::Display + Send>(x: T) -> String {
    x.to_string()
}

dag! {
    fn label<T: Send>(x: T) -> String {
        let text = show(x);
        text
    }
}

fn main() {
    println!("{:?}", label::run(1));
}
