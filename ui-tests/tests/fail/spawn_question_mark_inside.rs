//! `?` inside instead of outside.
use dagger::prelude::*;

#[task]
fn parse(text: String) -> std::result::Result<i64, std::num::ParseIntError> {
    text.parse()
}

fn main() {
    let _ = spawn!(parse("4".to_string())?);
}
