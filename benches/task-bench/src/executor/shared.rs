//! The outputs of a schedule, for executors that order the tasks themselves.
#![allow(unsafe_code)]

use crate::point::Line;
use crate::schedule::Schedule;
use std::cell::UnsafeCell;
use std::sync::{Mutex, PoisonError};

/// A schedule with its memory, and the first failure.
pub(super) struct Shared<'s> {
    schedule: &'s Schedule,
    memory: Box<[UnsafeCell<Line>]>,
    failure: Mutex<Option<String>>,
}

// SAFETY: threads reach the cells through `execute` alone, whose callers keep tasks that would touch the same ones apart.
unsafe impl Sync for Shared<'_> {}

impl<'s> Shared<'s> {
    pub(super) fn new(schedule: &'s Schedule) -> Result<Self, String> {
        let memory = schedule.memory()?;
        Ok(Shared {
            schedule,
            memory: memory.into_iter().map(UnsafeCell::new).collect(),
            failure: Mutex::new(None),
        })
    }

    /// Runs a task. A failure is kept; later ones are dropped.
    ///
    /// # Safety
    /// The tasks of the row before have ended, and no task that runs at the same time belongs to another row.
    pub(super) unsafe fn execute(&self, task: usize) {
        let own = &self.memory[self.schedule.output(task)];
        // SAFETY: each task has an output of its own in its row, rows that may run at the same time as this one there are none,
        // and no task of this row reads it: inputs lie in the row before. Cells have the layout of what they hold.
        let output =
            unsafe { std::slice::from_raw_parts_mut(own.as_ptr().cast_mut().cast(), own.len()) };
        let inputs = self.schedule.inputs(task).map(|range| {
            let cells = &self.memory[range];
            // SAFETY: the row before has ended, so nobody writes there, and this thread sees what was written.
            unsafe { std::slice::from_raw_parts(cells.as_ptr().cast::<Line>(), cells.len()) }
        });
        if let Err(corrupted) = self.schedule.execute(task, inputs, output) {
            self.failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(|| corrupted.to_string());
        }
    }

    /// The first failure there was, if any.
    pub(super) fn outcome(&self) -> Result<(), String> {
        let failure = self
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        failure.map_or(Ok(()), Err)
    }
}
