//! The learned placement: every task goes where it is expected to end first.
//!
//! For processor p: `finish(p) = max(free_at(p), now + transfer(p)) + exec(task, class of p, size)`. The least wins; among those that
//! cannot be told apart within the models' uncertainty, the one that holds most of the bytes does, and moving has to gain clearly more than it costs; then the
//! one that would end first, the one that was given the fewest tasks, and chance.
//!
//! | module | what it does |
//! |---|---|
//! | `learned` | [`Learned`]: what it is asked, and what lessons change |
//! | `choice` | the rule: one decision |
//! | `state` | what it knows: processors, classes, models |
//! | `execution` | how long a task takes, over the bytes of its inputs |
//! | `link` | how long bytes take from one worker to another |
//! | `book` | what each processor has to do, priced by the models |
//! | `tournament` | the processor that is free first, among thousands |
//! | `rebalance` | which queued tasks idle workers should take from busy ones |
//! | `models` | the models as data: a table for people, a file between runs |
//! | `keep` | where that file is, reading and replacing it |
//! | `time` | the clock: the system's, or a simulation's |
//!
//! Unknown tasks are tried, not feared: where a task was never run on a class of processors, its time is taken to be as short as it may
//! well be, less so with each trial that is under way.
//!
//! This module deliberately knows no values, no messages and no queues; the caller says what it sees.

mod book;
mod choice;
mod execution;
mod keep;
mod learned;
mod link;
mod models;
mod rebalance;
mod state;
mod time;
mod tournament;

pub use execution::{Estimate, ExecutionModel};
pub use keep::{MODELS, Store, models};
pub use learned::{Learned, Load};
pub use link::Link;
pub use models::{Models, TaskModel};
pub use rebalance::{Queue, Queued, Take, rebalance};
pub use time::Clock;
