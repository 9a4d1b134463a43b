//! Which processor gets a task.

use crate::seam::Processor;
use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;

/// What a placement may know about a task.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskView<'a> {
    /// What its code is called by all ranks; tasks of one key take comparable times. 0 if it has none.
    pub key: u64,
    /// Its name.
    pub name: &'a str,
    /// Its priority.
    pub priority: i32,
    /// The nanoseconds on one CPU thread that its author expects.
    pub cost: Option<f64>,
    /// How much of its processor it keeps busy, above 0 and at most 1.
    pub occupancy: f64,
    /// The values it needs.
    pub inputs: &'a [Input<'a>],
    /// The worker that spawns it.
    pub here: usize,
}

/// A value that a task needs.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// How many bytes it has, if somebody knows.
    pub bytes: Option<u64>,
    /// The workers that hold it, or will when it is made, or have been sent it.
    pub at: &'a [usize],
}

impl<'a> TaskView<'a> {
    /// A view of a task without inputs.
    pub fn new(name: &'a str, priority: i32) -> Self {
        TaskView {
            key: 0,
            name,
            priority,
            cost: None,
            occupancy: 1.0,
            inputs: &[],
            here: 0,
        }
    }

    /// The same with inputs.
    pub fn with_inputs<'b>(self, inputs: &'b [Input<'b>]) -> TaskView<'b>
    where
        'a: 'b,
    {
        TaskView { inputs, ..self }
    }
}

/// A processor that satisfies the task's scope.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// Its number among all processors of the run, from 0: what a placement keeps its books by.
    pub index: usize,
    /// The processor.
    pub processor: &'a dyn Processor,
}

impl<'a> Candidate<'a> {
    /// A candidate.
    pub fn new(index: usize, processor: &'a dyn Processor) -> Self {
        Candidate { index, processor }
    }
}

/// Something that was seen and that a placement may learn from.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Lesson<'a> {
    /// A task that this placement had assigned to the processor has ended there (or was lost, if `seconds` is `None`).
    Ended {
        /// The processor, by its number.
        index: usize,
        /// The task's key.
        key: u64,
        /// Its name.
        name: &'a str,
        /// Bytes of its inputs.
        input_bytes: u64,
        /// How long it ran.
        seconds: Option<f64>,
    },
    /// Bytes have moved between workers.
    Moved {
        /// From this worker
        from: usize,
        /// to this one,
        to: usize,
        /// so many,
        bytes: u64,
        /// in this time, latency included.
        seconds: f64,
    },
}

/// Chooses a processor for each task that cannot simply run on whichever thread is idle.
pub trait Placement: fmt::Debug + Send + Sync {
    /// The position in `candidates` of the chosen one, whose load now includes the task. There is at least one. Called by many threads at once.
    fn choose(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> usize;

    /// Hears what happened. By default, nothing is learned.
    fn learn(&self, lesson: &Lesson<'_>) {
        let _ = lesson;
    }
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
