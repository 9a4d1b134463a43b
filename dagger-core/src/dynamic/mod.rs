//! Dynamic tasks: spawned while the program runs, known by typed handles.
//!
//! # Contract
//!
//! * A task is one block of memory (`block`) with one state word (`state`). It starts when all tasks among its arguments have
//!   ended (`argument`, `dependency`, `dependents`), on any thread of the runtime that was current where it was spawned (`home`), or on one that its scope
//!   allows (`placing`).
//! * Every task ends exactly once, whatever happens: with its value; with the error it returned; with its panic; cancelled;
//!   or with the error of the first of its arguments, in their order, that failed. So which error a program sees does not
//!   depend on timing.
//! * Nothing recurses over the graph: not running (`complete`), not failing, not cancelling, not freeing (`reclaim`), not waiting
//!   (`wait`); a chain of a million tasks needs no more stack than one.
//! * Waiting inside a task does not deadlock (`wait` says under which condition, and why).
//! * A value is dropped when the last reference to its task goes: handles, arguments of tasks that have not run, borrowed
//!   results. The task itself refers to its own block until it has ended.
//!
//! Where there are several workers, a task whose values can cross may run on another one: `crate::cluster` does that, with blocks of this
//! module in phase Away for tasks that are elsewhere.

mod all;
pub(crate) mod argument;
pub(crate) mod block;
pub(crate) mod complete;
pub(crate) mod current;
pub(crate) mod dependency;
pub(crate) mod dependents;
mod future;
mod home;
#[cfg(all(test, loom))]
mod loom_tests;
mod memory;
pub(crate) mod outcome;
mod part;
mod placing;
mod reclaim;
mod reference;
mod site;
mod spawn;
pub(crate) mod state;
mod task;
pub(crate) mod tuples;
pub(crate) mod wait;
pub(crate) mod waiter;
mod whereabouts;

pub use all::{AsTask, fetch_all, wait_all};
pub use future::TaskFuture;
pub(crate) use home::Home;
pub(crate) use placing::Chosen;
pub use site::SpawnSite;
pub use spawn::{Call, SpawnHere};
pub(crate) use spawn::{acting_for, begin};
pub use task::{FetchOnce, Ref, Status, Task};
pub use whereabouts::{is_cancelled, this_thread, this_worker, workers};
