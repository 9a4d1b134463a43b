//! What can be seen: the events, and the plain data they carry.
//!
//! Everything here is `Copy` and owns nothing, so that reporting an event is a few stores. Names and files are
//! `&'static str`: they come from the tables that the macros emit.

use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;

/// Names one run of one graph. [`GraphId::NONE`] stands for tasks that belong to no graph (`spawn!`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GraphId(u64);

impl GraphId {
    /// No graph at all.
    pub const NONE: GraphId = GraphId(0);

    /// The number; 0 means none.
    pub const fn get(self) -> u64 {
        self.0
    }

    pub(super) const fn new(id: u64) -> GraphId {
        GraphId(id)
    }
}

/// A graph that starts to run.
#[derive(Clone, Copy, Debug)]
pub struct GraphRef {
    /// What to call it; empty for an unnamed block.
    pub name: &'static str,
    /// Source file of the `dag!`.
    pub file: &'static str,
    /// Source line of the `dag!`.
    pub line: u32,
    /// How many tasks it will report, where that is known before it runs.
    pub size: Option<u64>,
}

/// A task that starts to run.
#[derive(Clone, Copy, Debug)]
pub struct TaskRef {
    /// Unique in this process; see [`next_ids`].
    pub id: u64,
    /// The task's name.
    pub name: &'static str,
    /// Source file of the call.
    pub file: &'static str,
    /// Source line of the call.
    pub line: u32,
    /// The graph it belongs to.
    pub graph: GraphId,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned a value.
    Done,
    /// It returned an error.
    Failed,
    /// It panicked.
    Panicked,
    /// It was cancelled, or something it needed had failed.
    Cancelled,
}

impl Outcome {
    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Panicked => "panicked",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// One thing that happened, and when.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Nanoseconds since the first event-related call of this process; never goes back on one thread.
    pub time: u64,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// A graph starts; its tasks follow.
    GraphBegin {
        /// This run.
        id: GraphId,
        /// What it is.
        graph: GraphRef,
    },
    /// A graph has ended.
    GraphEnd {
        /// The run that ended.
        id: GraphId,
    },
    /// A task starts on the reporting thread.
    TaskBegin(TaskRef),
    /// A task ends on the thread that began it.
    TaskEnd {
        /// Which task.
        id: u64,
        /// How it ended.
        outcome: Outcome,
    },
    /// A task was created and will run later.
    Spawned {
        /// Which task.
        id: u64,
        /// Its graph.
        graph: GraphId,
    },
    /// `to` needs `from` to have ended.
    Dependency {
        /// The task that has to end first.
        from: u64,
        /// The task that waits for it.
        to: u64,
    },
    /// The reporting thread took work from another.
    Steal {
        /// Thread index of the taker.
        thief: u32,
        /// Thread index of the one it took from.
        victim: u32,
    },
    /// The reporting thread finds nothing to do.
    IdleBegin,
    /// The reporting thread has work again.
    IdleEnd,
}

/// Who reports: a thread of a worker's pool, or a thread that belongs to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thread {
    /// The worker (rank) it belongs to.
    pub worker: u32,
    /// A number for its row, unique among the worker's living threads.
    pub row: u32,
    /// What kind of thread it is.
    pub kind: ThreadKind,
}

/// What kind of thread reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadKind {
    /// Thread `0`, `1`, … of its worker's pool.
    Pool(u32),
    /// The `n`th other thread that reported something.
    External(u32),
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ThreadKind::Pool(index) => write!(f, "thread {index}"),
            ThreadKind::External(index) => write!(f, "external {index}"),
        }
    }
}

/// Reserves `count` task ids in a row and returns the first. Ids start at 1.
pub fn next_ids(count: u64) -> u64 {
    // relaxed: only the number matters, it publishes nothing.
    NEXT.fetch_add(count, Ordering::Relaxed)
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Lets the ids of process `rank` of a run begin where those of no other end.
pub(crate) fn number_process(rank: usize) {
    // relaxed: as in `next_ids`.
    NEXT.fetch_max((rank as u64) << 40, Ordering::Relaxed);
}

pub(super) fn next_graph() -> GraphId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // relaxed: only the number matters, it publishes nothing.
    GraphId::new(NEXT.fetch_add(1, Ordering::Relaxed))
}
