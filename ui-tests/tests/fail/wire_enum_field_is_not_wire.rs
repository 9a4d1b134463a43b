use dagger::prelude::*;
use std::sync::Mutex;

#[derive(Wire)]
enum Cell {
    Empty,
    Full(u8, Mutex<u8>),
}

fn main() {
    let _ = (Cell::Empty, Cell::Full(1, Mutex::new(2)));
}
