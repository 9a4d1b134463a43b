//! Tasks on other workers (ranks): how they get there, where their values are, and when those are freed.
//!
//! # Who is who
//!
//! Every worker has one [`Node`]: its transport, its store of values that others know of, an outbox for each peer, and a thread that
//! receives (`serve`) whenever no worker that waits is at it (`seat`). Tasks are named by one number each, unique in the run: the id of the task's block, which begins with the rank
//! that spawned it. The *spawner* of a task decides at once where it runs (`spawn`): there, its *owner*, its value is made and stays. Workers
//! other than the owner that refer to the task have an *away* block for it: an ordinary block (`dynamic::block`) in phase Away, which has no
//! work, and gets the value only when somebody on that worker needs it.
//!
//! # Messages
//!
//! A message is a batch of *items* (`items`):
//!
//! | item | from → to | says |
//! |---|---|---|
//! | Run | spawner → owner | run this code with these arguments; handles among them are *mentions*: id, owner |
//! | Done | owner → spawner | it has ended: how, in which time, how large its value is |
//! | Data | owner → anybody | the value of a task that has ended well |
//! | Fail | owner → anybody | the error of one that has not |
//! | Want | anybody → owner | send me the value when it is there |
//! | Retain | anybody → owner | I have mentioned your task to that worker, which counts as a holder from now on; perhaps: send it the value |
//! | Forget | holder → owner | so many of my mentions are gone |
//! | Cancel | anybody → owner | `cancel` |
//! | Slice, Value, Over, Cut | | about graphs across workers: see `slices` |
//!
//! So a value goes straight from the worker that made it to those that need it; the driver sees neither values nor requests for them. A
//! mention by somebody who has not mentioned the same task to the same worker before makes the owner *push* the value (the mention says that
//! it is *coming*); after other mentions the receiver asks (Want) when it needs the value.
//!
//! # Where copies are
//!
//! For placing, a value is where it was made, and on those workers that have it because of tasks of ours that have not ended (`copies`): when the last of
//! them has, so has the copy there. A placement that took it for still there would send every later task the same way, and move the value again each time.
//!
//! # When values are freed
//!
//! The owner keeps a count for each other worker: how often the task was mentioned to it, less what it has released. A mention by the owner
//! itself counts on the spot; one by worker A to worker B is told to the owner by A's Retain; a mention to the owner itself needs none, since A's Forget comes after it. The spawner
//! has a count of one from birth. The owner's store gives its reference up when *all counts are zero* (each one, not their sum). Why
//! nothing is freed too soon: A holds a count of its own while it mentions (it has an away block), and A's Retain and A's later
//! Forget travel the same way to the owner, in order. So as long as B's count lacks a Retain that is on its way, A's is above zero. B's Forget
//! may overtake A's Retain; then B's count is below zero for a while, which is not zero. Why nothing is kept for ever: every mention is
//! released once, by the away block that received it, when that block is disposed of.
//!
//! An away block that is disposed of leaves the store under the store's lock. Who finds a block in the store whose last reference has just
//! gone, or whose value its only user has just taken, treats it as absent and makes a new one; the old one sees that the entry is no longer its own.
//!
//! # Work that moves
//!
//! A worker with idle threads asks the others in turn (Idle). Who has queued tasks that may run anywhere, and whose model says that it
//! pays, hands some on (`moving`): it claims the task and spawns its work again, under a new number, on the worker that asked. When that
//! one has ended, its outcome becomes the outcome of the first. So the owner of a value never changes, and nobody else has to be told.
//!
//! # When nothing goes on
//!
//! A worker with a thread that has waited long says so (Uneasy) to rank 0, which then asks all (Ask, with a question more than at the end of a run)
//! whether they stand still. If they do, time after time, it lets each describe what it waits for and prints that (`standing`, `rounds`).
//!
//! # What may be trusted
//!
//! Peers run the same build (the handshake checks it) and are trusted with code addresses; values are decoded with all checks.

mod arrival;
mod assigned;
mod away;
mod carried;
mod carry;
mod code;
mod copies;
mod ids;
mod items;
mod measure;
mod moving;
mod node;
mod outbox;
mod peer;
mod quiet;
mod rounds;
mod rows;
mod seat;
mod serve;
mod spawn;
mod standing;
mod start;
mod store;

pub use arrival::Arrival;
pub(crate) use arrival::is_bare;
pub(crate) use assigned::Assigned;
pub(crate) use away::Away;
pub use carried::{Carried, Destination, Parcelled};
pub(crate) use code::{address as code_address, distance as code_distance, interned};
pub(crate) use items::Tag;
pub use measure::{Crossed, traffic};
pub(crate) use moving::Moved;
pub(crate) use node::Node;
pub(crate) use peer::{Listed, Peer};
pub(crate) use spawn::spawn;
pub(crate) use start::Cluster;
