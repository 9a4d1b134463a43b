//! What can run a task.

use crate::scope::{Place, Unit};
use std::fmt;

/// Something that runs tasks: a thread of a worker's pool, a GPU.
///
/// The runtime keeps one for each unit of execution. It asks them where they are, to find those that satisfy a scope, and
/// which class they are of, since processors of one class take the same time for the same task.
pub trait Processor: fmt::Debug + Send + Sync {
    /// Where it is.
    fn place(&self) -> Place;

    /// Its class, by which execution times are remembered: `"cpu"`, `"cuda sm_90"`.
    fn class(&self) -> &str;

    /// The index of the pool thread that drives it; `None` if any thread can.
    fn thread(&self) -> Option<usize>;

    /// How many tasks it runs side by side: a remote worker's pool is one processor with as many slots as it has threads.
    fn slots(&self) -> usize {
        1
    }
}

/// One thread of a worker's pool.
#[derive(Debug)]
pub struct CpuThread {
    worker: usize,
    thread: usize,
}

impl CpuThread {
    /// Thread `thread` of worker `worker`.
    pub fn new(worker: usize, thread: usize) -> Self {
        CpuThread { worker, thread }
    }
}

impl Processor for CpuThread {
    fn place(&self) -> Place {
        Place {
            worker: self.worker,
            unit: Unit::Thread(self.thread),
        }
    }

    fn class(&self) -> &str {
        "cpu"
    }

    fn thread(&self) -> Option<usize> {
        Some(self.thread)
    }
}
