//! The result of a task that may fail is used as if it were the value.
use dagger::prelude::*;

#[task]
fn parse(text: &str) -> std::result::Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = parse("1");
        let b = parse("2")?;
        add(a, b)
    };
}
