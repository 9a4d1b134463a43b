//! A generic task whose result type nothing says.
use dagger::prelude::*;

#[task]
fn parse<T: std::str::FromStr + Send>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() {
    let _ = dag! {
        let a = parse("1");
        let b = add(1, 2);
        add(b, 3)
    };
}
