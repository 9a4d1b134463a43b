//! A task that is retried takes a value that cannot be cloned.
use dagger::prelude::*;

struct Ticket(i64);

#[task(retry = 2)]
fn redeem(ticket: Ticket) -> std::result::Result<i64, String> {
    Ok(ticket.0)
}

fn main() {
    println!("{:?}", redeem(Ticket(1)));
}
