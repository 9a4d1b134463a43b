//! One task after the other: what everybody else is measured against.

use super::{Failure, timed};
use crate::schedule::Schedule;
use std::time::Duration;

pub(super) fn run(schedule: &Schedule, runs: usize) -> Result<Vec<Duration>, Failure> {
    let mut memory = schedule.memory()?;
    timed(schedule, runs, || {
        for task in 0..schedule.tasks() {
            let own = schedule.output(task);
            // A task never reads the row it writes, but both lie in one memory.
            let (before, rest) = memory.split_at_mut(own.start);
            let (output, after) = rest.split_at_mut(own.len());
            let inputs = schedule.inputs(task).map(|range| {
                if range.start >= own.end {
                    &after[range.start - own.end..range.end - own.end]
                } else {
                    &before[range]
                }
            });
            schedule
                .execute(task, inputs, output)
                .map_err(|corrupted| corrupted.to_string())?;
        }
        Ok(())
    })
}
