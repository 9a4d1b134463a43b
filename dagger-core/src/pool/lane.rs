//! What a thread knows about itself: its worker, if it is one, and the state of the serial-or-parallel choice.
//!
//! Everything is in one `const`-initialised thread-local without a destructor, so that
//! reading it is one load relative to the thread pointer.

use super::worker::Worker;
use crate::dynamic::Home;
use std::cell::Cell;

/// The thread-local state.
#[derive(Debug)]
pub(crate) struct Lane {
    /// How many more graphs are entered serially without asking the clock.
    pub(crate) budget: Cell<u32>,
    /// Inside an outermost graph, whose entering set `start`.
    pub(crate) inside: Cell<bool>,
    /// When the outermost graph was entered, in ticks.
    pub(crate) start: Cell<u64>,
    /// Nested graphs entered with the stack deeper (lower) than this are run serially.
    pub(crate) limit: Cell<usize>,
    /// Where the stack was when the outermost graph, or the job, began.
    pub(crate) top: Cell<usize>,
    /// When a fork was last offered, or the limit lowered, in ticks.
    pub(crate) offered: Cell<u64>,
    /// The innermost dynamic task that what runs here is a part of; 0 if of none.
    pub(crate) task: Cell<u64>,
    /// Jobs being run on this thread, one inside another.
    pub(crate) nesting: Cell<u32>,
    /// This thread's worker; null on threads that belong to no pool.
    worker: Cell<*const Worker>,
    /// The runtime that a thread of no pool runs tasks for.
    lent_to: Cell<Option<&'static Home>>,
}

thread_local! {
    static LANE: Lane = const {
        Lane {
            budget: Cell::new(0),
            inside: Cell::new(false),
            start: Cell::new(0),
            limit: Cell::new(0),
            top: Cell::new(0),
            offered: Cell::new(0),
            task: Cell::new(0),
            nesting: Cell::new(0),
            worker: Cell::new(std::ptr::null()),
            lent_to: Cell::new(None),
        }
    };
}

/// Calls `f` with this thread's state.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Lane) -> R) -> R {
    LANE.with(f)
}

/// The state that one job must not leak into another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved {
    budget: u32,
    inside: bool,
    start: u64,
    limit: usize,
    top: usize,
    offered: u64,
    task: u64,
}

impl Lane {
    /// This thread's worker, if it is one.
    #[inline(always)]
    pub(crate) fn worker(&self) -> Option<&Worker> {
        // SAFETY: `set_worker` is called with a worker that lives until the thread has
        // called it again with null; the reference does not leave this thread.
        unsafe { self.worker.get().as_ref() }
    }

    /// The runtime whose tasks this thread runs, if it does.
    #[inline]
    pub(crate) fn home(&self) -> Option<&'static Home> {
        match self.worker() {
            Some(worker) => Some(worker.shared().home()),
            None => self.lent_to.get(),
        }
    }

    /// The runtime that this thread, which belongs to no pool, runs tasks for.
    pub(crate) fn lent_to(&self) -> Option<&'static Home> {
        self.lent_to.get()
    }

    /// Says that this thread, which belongs to no pool, runs tasks for a runtime.
    pub(crate) fn lend_to(&self, home: &'static Home) {
        self.lent_to.set(Some(home));
    }

    /// Says that this thread is `worker`, or no worker at all with null.
    pub(crate) fn set_worker(&self, worker: *const Worker) {
        self.worker.set(worker);
    }

    /// The state of a thread that begins a piece of work large enough for others to share: it offers forks at once.
    pub(crate) fn begin(&self, top: usize) {
        self.inside.set(true);
        self.budget.set(0);
        self.limit.set(0);
        self.start.set(0);
        self.top.set(top);
    }

    /// The state of a thread that is in no graph.
    pub(crate) fn leave(&self) {
        self.inside.set(false);
        self.budget.set(0);
        self.limit.set(0);
    }

    /// Takes the state of the choice aside, leaving that of a thread that is in no graph.
    pub(crate) fn save(&self) -> Saved {
        let saved = Saved {
            budget: self.budget.replace(0),
            inside: self.inside.replace(false),
            start: self.start.get(),
            limit: self.limit.replace(0),
            top: self.top.get(),
            offered: self.offered.get(),
            task: self.task.get(),
        };
        self.nesting.set(self.nesting.get() + 1);
        saved
    }

    /// Puts back what [`save`](Self::save) took aside.
    pub(crate) fn restore(&self, saved: Saved) {
        self.budget.set(saved.budget);
        self.inside.set(saved.inside);
        self.start.set(saved.start);
        self.limit.set(saved.limit);
        self.top.set(saved.top);
        self.offered.set(saved.offered);
        self.task.set(saved.task);
        self.nesting.set(self.nesting.get() - 1);
    }
}
