//! A task with a checkpoint returns a value that cannot be written.
use dagger::prelude::*;

struct Ticket(i64);

#[task(checkpoint)]
fn sell(number: i64) -> Ticket {
    Ticket(number)
}

fn main() {}
