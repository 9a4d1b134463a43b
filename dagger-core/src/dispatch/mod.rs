//! Graphs cut into slices: the driver's bookkeeping and the ranks', as state machines without input or output.
//!
//! The driver goes through a graph in program order, once. For each node it asks the placement for a rank, writes an order for that rank and, for
//! each input that lies elsewhere, a push for a rank that holds it or will. Orders collect in one batch a rank until
//! they are flushed. From then on the ranks need nobody: an order is ready when its inputs are there, a value is pushed when it is made, and the
//! driver hears only sums (a [`Report`] now and then), from which the placement learns.
//!
//! | type | what it is |
//! |---|---|
//! | [`Dispatch`] | the driver's half: [`submit`](Dispatch::submit), [`flush`](Dispatch::flush), [`report`](Dispatch::report) |
//! | [`Slice`] | a rank's half: [`receive`](Slice::receive), [`next`](Slice::next), [`made`](Slice::made), [`arrived`](Slice::arrived) |
//! | [`ValueId`] | a value: the version of a variable that one node makes |
//! | [`Report`], [`Tally`] | what a rank tells the driver, and how it is summed up |
//!
//! Whoever has a network and threads moves the bytes: the cluster over a transport, the simulator in virtual time. Nothing here knows
//! a transport, a thread or a type.
//!
//! # Values
//!
//! A value has a *home*, the rank that makes it, and *copies* on ranks it was pushed to. A value goes to a rank once. Many copies
//! are made along a tree: each rank that has one pushes it to at most four others.
//! A node may *take* an input, to change it in place: then it waits until all other readers on its rank have ended and all pushes from there have
//! left, the value is gone afterwards, and copies elsewhere are released. Program order makes that right: whoever reads the
//! old version was submitted before.
//!
//! # Lending
//!
//! A rank may *lend* an order that is ready to an idle one ([`Slice::lend`]): inputs go there, the result comes back, and the lender
//! does with it what it would have done with its own. So nothing else in the run has to know.

mod batch;
mod directory;
mod driver;
mod report;
mod slice;

pub use batch::{Argument, Order};
pub use directory::ValueId;
pub use driver::{Dispatch, Traffic};
pub use report::{Ended, Moved, Report, Running, Tally, Waiting};
pub use slice::{Outgoing, Slice};
