//! Which processor gets a task.

use crate::seam::Processor;
use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;

/// What a placement may know about a task.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskView<'a> {
    /// Its [`identity`]: tasks of one key take comparable times. 0 if it has none; then its name stands in.
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
    /// When it is expected to be there, in seconds on the placement's [clock](Placement::now); 0 if it is made already.
    pub ready: f64,
}

impl<'a> Input<'a> {
    /// A value that is made already.
    pub fn new(bytes: Option<u64>, at: &'a [usize]) -> Self {
        Input {
            bytes,
            at,
            ready: 0.0,
        }
    }
}

/// The key of the task that is called `name` and written on line `line` of `file`: the same in every run and after every rebuild, never 0.
pub const fn identity(name: &str, file: &str, line: u32) -> u64 {
    let hash = fnv(fnv(FNV_START, name.as_bytes()), &[0xff]);
    let hash = fnv(fnv(hash, file.as_bytes()), &line.to_le_bytes());
    if hash == 0 { 1 } else { hash }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash FNV-1a (Fowler, Noll, Vo), continued.
const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
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
    /// Tasks that this placement had assigned to the processor have ended there (or were lost, if `seconds` is `None`).
    Ended {
        /// The processor, by its number.
        index: usize,
        /// The task's key.
        key: u64,
        /// Its name.
        name: &'a str,
        /// Bytes of its inputs.
        input_bytes: u64,
        /// How many such tasks have ended; `input_bytes`, `seconds` and `output_bytes` are of one of them, on average.
        count: u32,
        /// How long it ran.
        seconds: Option<f64>,
        /// Bytes of its result, if somebody knows.
        output_bytes: Option<u64>,
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

/// Where a task goes, and what is expected of it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// The position of the chosen one among the candidates.
    pub position: usize,
    /// When the task is expected to end, in seconds on the placement's [clock](Placement::now); 0 where nothing is known.
    pub ends: f64,
    /// How long it is expected to run, in seconds; 0 where nothing is known.
    pub seconds: f64,
    /// How many bytes its result is expected to have.
    pub output_bytes: Option<u64>,
}

impl Decision {
    /// The candidate at this position, without expectations.
    pub fn new(position: usize) -> Self {
        Decision {
            position,
            ends: 0.0,
            seconds: 0.0,
            output_bytes: None,
        }
    }

    /// The same, expected to end then.
    pub fn ending(self, ends: f64) -> Self {
        Decision { ends, ..self }
    }

    /// The same, expected to run so long.
    pub fn lasting(self, seconds: f64) -> Self {
        Decision { seconds, ..self }
    }

    /// The same, with a result of about so many bytes.
    pub fn yielding(self, output_bytes: Option<u64>) -> Self {
        Decision {
            output_bytes,
            ..self
        }
    }
}

/// Chooses a processor for each task that cannot simply run on whichever thread is idle.
pub trait Placement: fmt::Debug + Send + Sync {
    /// The position in `candidates` of the chosen one, whose load now includes the task. There is at least one candidate, and they
    /// come in ascending order of their numbers. Called by many threads at once.
    fn choose(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> usize;

    /// As [`choose`](Self::choose), with what is expected of the task there: what later tasks that use its result are placed by.
    fn decide(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> Decision {
        Decision::new(self.choose(task, candidates))
    }

    /// The placement's clock, in seconds since some moment; 0 where it has none.
    fn now(&self) -> f64 {
        0.0
    }

    /// Whether a task that waits in a queue of worker `from` ends sooner if the idle worker `to` runs it and sends its result back, as far as is
    /// known; what is not known is tried. By default, it does.
    fn pays_to_move(&self, task: &TaskView<'_>, input_bytes: u64, from: usize, to: usize) -> bool {
        let _ = (task, input_bytes, from, to);
        true
    }

    /// Whether it knows how long such a task takes. By default it knows nothing.
    fn knows(&self, task: &TaskView<'_>, input_bytes: u64) -> bool {
        let _ = (task, input_bytes);
        false
    }

    /// Hears what happened. By default, nothing is learned.
    fn learn(&self, lesson: &Lesson<'_>) {
        let _ = lesson;
    }

    /// The same for many.
    fn learn_all(&self, lessons: &mut dyn Iterator<Item = Lesson<'_>>) {
        for lesson in lessons {
            self.learn(&lesson);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_tell_name_file_and_line_apart() {
        let one = identity("add", "src/main.rs", 7);
        assert_eq!(one, identity("add", "src/main.rs", 7));
        for other in [
            identity("sub", "src/main.rs", 7),
            identity("add", "src/lib.rs", 7),
            identity("add", "src/main.rs", 8),
            identity("addsrc/", "main.rs", 7),
        ] {
            assert_ne!(one, other);
        }
    }
}
