//! A handle lent to a task that wants the value itself, which cannot be cloned.
use dagger::prelude::*;

struct Ticket(i64);

#[task]
fn issue(n: i64) -> Ticket {
    Ticket(n)
}

#[task]
fn redeem(ticket: Ticket) -> i64 {
    ticket.0
}

fn main() {
    let ticket = spawn!(issue(4));
    let _ = spawn!(redeem(&ticket));
}
