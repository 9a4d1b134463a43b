//! Which processor a task with a scope gets, and the error when there is none.

use crate::error::Error;
use crate::error::Origin;
use crate::scope::Scope;
use crate::seam::{Candidate, CpuThread, Placement, Processor, RoundRobin, TaskView};
use std::fmt;

/// The worker (rank) this process is. Ranks come with a transport; until then there is one.
const HERE: usize = 0;

/// The processors of a runtime and how one of them is chosen.
pub(crate) struct Places {
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
    /// So many CPU threads of this worker.
    pub(crate) fn threads(count: usize) -> Self {
        Places {
            processors: (0..count)
                .map(|thread| Box::new(CpuThread::new(HERE, thread)) as _)
                .collect(),
            placement: Box::new(RoundRobin::new()),
        }
    }

    /// How many processors there are.
    pub(crate) fn count(&self) -> usize {
        self.processors.len()
    }

    /// Whether thread `thread` of this worker is inside `scope`.
    pub(crate) fn holds(&self, scope: &Scope, thread: usize) -> bool {
        self.processors.iter().any(|processor| {
            processor.thread() == Some(thread) && scope.contains(processor.place(), HERE)
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
            .filter(|candidate| scope.contains(candidate.processor.place(), HERE))
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
            1 => write!(f, "worker {HERE} thread 0"),
            n => write!(f, "worker {HERE} threads 0 to {}", n - 1),
        }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
