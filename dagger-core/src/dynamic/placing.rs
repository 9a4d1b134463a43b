//! Which processor a task with a scope gets, and the error when there is none.

use crate::devices::Equipment;
use crate::error::Error;
use crate::error::Origin;
use crate::scope::Scope;
use crate::seam::{Candidate, CpuThread, Device, Placement, Processor, RoundRobin, TaskView};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The processors of a runtime and how one of them is chosen.
pub(crate) struct Places {
    /// The worker (rank) they belong to.
    worker: usize,
    processors: Vec<Box<dyn Processor>>,
    placement: Box<dyn Placement>,
    /// The devices, once somebody has asked or said.
    equipment: Mutex<Option<Equipment>>,
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
            equipment: Mutex::default(),
        }
    }

    /// These are the devices from now on; with `None`, whoever is there when somebody asks.
    pub(crate) fn equip(&self, equipment: Option<Equipment>) {
        let mut here = self
            .equipment
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *here = equipment;
    }

    /// The devices.
    pub(crate) fn equipment(&self) -> Equipment {
        let mut here = self
            .equipment
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        here.get_or_insert_with(|| Equipment::found(self.worker))
            .clone()
    }

    /// The devices inside `scope`.
    pub(crate) fn devices_in(&self, scope: &Scope) -> Vec<Arc<dyn Device>> {
        let devices = self.equipment().devices;
        let inside = devices
            .iter()
            .filter(|device| scope.contains(device.place(), self.worker));
        inside.cloned().collect()
    }

    /// Whether any thread is inside `scope`.
    pub(crate) fn has_threads_in(&self, scope: &Scope) -> bool {
        let mut threads = self.processors.iter();
        threads.any(|thread| scope.contains(thread.place(), self.worker))
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

    /// Chooses where a task with this scope runs. Where only devices are inside, any thread acts for them.
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
        if candidates.is_empty() && !self.devices_in(scope).is_empty() {
            return Ok(Chosen::Anywhere);
        }
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
        }?;
        let here = self
            .equipment
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(equipment) = &*here else {
            return Ok(());
        };
        for device in equipment.devices.iter() {
            write!(f, ", {}", device.place().unit)?;
        }
        match &equipment.why_none {
            Some(why) => write!(f, "; no gpu, because {why}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
