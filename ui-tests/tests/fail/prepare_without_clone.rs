//! A graph that takes a value that cannot be cloned is prepared to run many times.
use dagger::prelude::*;

struct Ticket(i64);

#[task]
fn redeem(ticket: Ticket) -> i64 {
    ticket.0
}

dag! {
    fn redeemed(ticket: Ticket) -> i64 {
        redeem(ticket)
    }
}

fn main() {
    let graph = redeemed::prepare(Ticket(1)).unwrap();
    println!("{:?}", graph.run());
}
