//! Which processor gets a task.

use crate::seam::Processor;
use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;

/// What a placement may know about a task.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its priority.
    pub priority: i32,
}

impl<'a> TaskView<'a> {
    /// A view of a task.
    pub fn new(name: &'a str, priority: i32) -> Self {
        TaskView { name, priority }
    }
}

/// A processor that satisfies the task's scope.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The processor.
    pub processor: &'a dyn Processor,
}

impl<'a> Candidate<'a> {
    /// A candidate.
    pub fn new(processor: &'a dyn Processor) -> Self {
        Candidate { processor }
    }
}

/// Chooses a processor for each task that cannot simply run on whichever thread is idle.
pub trait Placement: fmt::Debug + Send + Sync {
    /// The index of the chosen candidate. There is at least one. Called by many threads at once.
    fn choose(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> usize;
}

/// One after the other.
#[derive(Debug, Default)]
pub struct RoundRobin {
    next: AtomicU64,
}

impl RoundRobin {
    /// Begins with the first candidate.
    pub fn new() -> Self {
        RoundRobin::default()
    }
}

impl Placement for RoundRobin {
    fn choose(&self, _: &TaskView<'_>, candidates: &[Candidate<'_>]) -> usize {
        // relaxed: only the number matters.
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        (turn % candidates.len().max(1) as u64) as usize
    }
}
