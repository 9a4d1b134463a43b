//! How the nodes of a graph end: counted down, one after the other, and with the earliest failure for a result.
//!
//! Every executor of graphs keeps these rules, whatever its nodes are made of:
//! * A node runs when its [`Countdown`] has come to zero: who takes it there sees what all predecessors wrote, and
//!   runs the node itself or offers it to others ([`release`]).
//! * The owner of a graph returns when the countdown of nodes that have not ended is over; it sees all results then.
//! * Of several failures the first in program order wins, whatever the timing ([`EarliestFailure`]).
//!
//! Nothing here knows nodes, queues or workers. `loom_tests` runs small graphs by these rules under every interleaving.

mod countdown;
mod failure;
#[cfg(all(test, loom))]
mod loom_tests;

pub(crate) use countdown::{Countdown, release};
pub(crate) use failure::EarliestFailure;
