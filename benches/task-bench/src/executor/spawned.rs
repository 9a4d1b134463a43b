//! Dagger's dynamic tasks: a `spawn!` for each task, with the handles of its inputs.

use super::{Failure, timed};
use crate::point::{Corrupted, Line};
use crate::schedule::Schedule;
use dagger::prelude::*;
use std::result::Result;
use std::sync::Arc;
use std::time::Duration;

type Output = Arc<[Line]>;

#[task]
fn point(schedule: Arc<Schedule>, number: usize, inputs: &[&Output]) -> Result<Output, Corrupted> {
    let mut output: Output = vec![Line::default(); schedule.output(number).len()].into();
    let own = Arc::get_mut(&mut output).expect("nobody else has it yet");
    schedule.execute(number, inputs.iter().map(|input| &***input), own)?;
    Ok(output)
}

pub(super) fn run(
    schedule: &Arc<Schedule>,
    threads: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    let runtime = Runtime::builder().threads(threads).build()?;
    let times = runtime.enter(|| timed(schedule, runs, || spawn_all(schedule)))?;
    Ok(times)
}

fn spawn_all(schedule: &Arc<Schedule>) -> dagger::Result<()> {
    // A task's place in the memory of the other executors names it: which task has it now?
    let mut holders = vec![0_u32; schedule.lines()];
    let mut tasks: Vec<Task<Output>> = Vec::with_capacity(schedule.tasks());
    for number in 0..schedule.tasks() {
        let inputs: Vec<Task<Output>> = schedule
            .single_inputs(number)
            .map(|place| tasks[holders[place.start] as usize].clone())
            .collect();
        holders[schedule.output(number).start] = number as u32;
        tasks.push(spawn!(point(Arc::clone(schedule), number, inputs)));
    }
    wait_all(&tasks)
}
