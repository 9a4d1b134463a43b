//! A task with a checkpoint takes a value that cannot be written.
use dagger::prelude::*;

struct Ticket(i64);

#[task(checkpoint)]
fn redeem(ticket: Ticket) -> i64 {
    ticket.0
}

fn main() {}
