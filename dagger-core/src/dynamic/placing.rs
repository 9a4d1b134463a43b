//! Which processor a task with a scope gets, and the error when there is none.

use crate::error::Error;
use crate::error::Origin;
use crate::scope::Scope;
use crate::seam::{Candidate, CpuThread, Placement, Processor, RoundRobin, TaskView};
use std::fmt;

/// The processors of a runtime and how one of them is chosen.
pub(crate) struct Places {
    /// The worker (rank) they belong to.
    worker: usize,
    processors: Vec<Box<dyn Processor>>,
    placement: Box<dyn Placement>,
}

/// Where a task may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// On every thread of this worker: whoever is idle takes it.
    Anywhere,
    /// On this thread only.
    Thread(usize),
}

impl Places {
    /// So many CPU threads of a worker.
    pub(crate) fn threads(worker: usize, count: usize) -> Self {
        Places {
            worker,
            processors: (0..count)
                .map(|thread| Box::new(CpuThread::new(worker, thread)) as _)
                .collect(),
            placement: Box::new(RoundRobin::new()),
        }
    }

    /// Whose they are.
    pub(crate) fn worker(&self) -> usize {
        self.worker
    }

    /// How many processors there are.
    pub(crate) fn count(&self) -> usize {
        self.processors.len()
    }

    /// Whether thread `thread` of this worker is inside `scope`.
    pub(crate) fn holds(&self, scope: &Scope, thread: usize) -> bool {
        self.processors.iter().any(|processor| {
            processor.thread() == Some(thread) && scope.contains(processor.place(), self.worker)
        })
    }

    /// Chooses where a task with this scope runs.
    ///
    /// # Errors
    /// When no processor is inside the scope.
    pub(crate) fn choose(
        &self,
        scope: &Scope,
        task: &TaskView<'_>,
        origin: impl FnOnce() -> Origin,
    ) -> Result<Chosen, Error> {
        let candidates: Vec<Candidate<'_>> = self
            .processors
            .iter()
            .enumerate()
            .map(|(index, processor)| Candidate::new(index, &**processor))
            .filter(|candidate| scope.contains(candidate.processor.place(), self.worker))
            .collect();
        if candidates.is_empty() {
            return Err(Error::unsatisfied(Some(origin()), scope, self));
        }
        if candidates.len() == self.processors.len() {
            return Ok(Chosen::Anywhere);
        }
        let chosen = self.placement.choose(task, &candidates);
        // A placement that answers nonsense must not lose the task.
        let candidate = candidates.get(chosen).unwrap_or(&candidates[0]);
        Ok(match candidate.processor.thread() {
            Some(thread) => Chosen::Thread(thread),
            None => Chosen::Anywhere,
        })
    }
}

/// The processors there are, as the error lists them: `worker 0 threads 0 to 3`.
impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.processors.len() {
            0 => f.write_str("none"),
            1 => write!(f, "worker {} thread 0", self.worker),
            n => write!(f, "worker {} threads 0 to {}", self.worker, n - 1),
        }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
