//! Dagger over ranks: a `spawn!` for each task, on the worker that has its column. Outputs go straight from the worker that made them to those
//! that need them.
//!
//! Every worker has one thread, and a contiguous share of each graph's columns. Started by `mpirun`, the workers are its ranks; otherwise they
//! live in this process and share nothing. A worker makes its schedule from the graphs' parameters, before the clock starts; where it shares this process, the
//! driver's is there already.

use super::{Failure, timed};
use crate::graph::TaskGraph;
use crate::point::{Corrupted, Line, WORDS};
use crate::schedule::Schedule;
use dagger::prelude::*;
use std::collections::HashMap;
use std::result::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The lines of an output as words.
type Output = Vec<i64>;

/// The schedules that are being run, by number.
static SCHEDULES: RwLock<Option<HashMap<u64, Arc<Schedule>>>> = RwLock::new(None);

fn find(plan: u64) -> Option<Arc<Schedule>> {
    let schedules = SCHEDULES.read().unwrap_or_else(PoisonError::into_inner);
    schedules.as_ref()?.get(&plan).cloned()
}

fn keep(plan: u64, schedule: Arc<Schedule>) {
    let mut schedules = SCHEDULES.write().unwrap_or_else(PoisonError::into_inner);
    schedules.get_or_insert_default().insert(plan, schedule);
}

#[task]
fn prepare(plan: u64, graphs: Vec<TaskGraph>) -> dagger::Result<()> {
    if find(plan).is_none() {
        let schedule = Schedule::new(&graphs).map_err(Error::msg)?;
        keep(plan, Arc::new(schedule));
    }
    Ok(())
}

#[task]
fn forget(plan: u64) {
    let mut schedules = SCHEDULES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(schedules) = schedules.as_mut() {
        schedules.remove(&plan);
    }
}

#[task]
fn point(plan: u64, run: u32, number: usize, inputs: &[&Output]) -> Result<Output, Wrong> {
    let schedule = find(plan).ok_or(Wrong::Unprepared)?;
    schedule.follow(run);
    let lines = |words: &Output| -> Vec<Line> {
        let (lines, _) = words.as_chunks::<WORDS>();
        lines.iter().copied().map(Line::of_words).collect()
    };
    let inputs: Vec<Vec<Line>> = inputs.iter().map(|words| lines(words)).collect();
    let mut output = vec![Line::default(); schedule.output(number).len()];
    schedule.execute(number, inputs.iter().map(Vec::as_slice), &mut output)?;
    Ok(output.into_iter().flat_map(Line::words).collect())
}

/// Why a task has failed.
#[derive(Debug)]
enum Wrong {
    Corrupted(Corrupted),
    Unprepared,
}

impl From<Corrupted> for Wrong {
    fn from(corrupted: Corrupted) -> Self {
        Wrong::Corrupted(corrupted)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wrong::Corrupted(corrupted) => corrupted.fmt(f),
            Wrong::Unprepared => f.write_str("this worker has no such schedule"),
        }
    }
}

impl std::error::Error for Wrong {}

pub(super) fn run(
    schedule: &Arc<Schedule>,
    workers: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    static PLANS: AtomicU64 = AtomicU64::new(0);
    let runtime = Runtime::builder().threads(1).workers(workers).build()?;
    // Relaxed: a number that nobody else gets, no more.
    let plan = PLANS.fetch_add(1, Ordering::Relaxed);
    keep(plan, Arc::clone(schedule));
    let times = runtime.enter(|| {
        everywhere(workers, |worker| {
            let graphs: Vec<TaskGraph> = schedule.graphs().cloned().collect();
            spawn!(
                #[on(worker = worker)]
                prepare(plan, graphs)
            )
        })?;
        let times = timed(schedule, runs, || spawn_all(schedule, plan, workers));
        everywhere(workers, |worker| {
            spawn!(
                #[on(worker = worker)]
                forget(plan)
            )
        })?;
        times
    })?;
    Ok(times)
}

fn everywhere(workers: usize, spawn: impl Fn(usize) -> Task<()>) -> dagger::Result<()> {
    wait_all((0..workers).map(spawn).collect::<Vec<_>>())
}

fn spawn_all(schedule: &Arc<Schedule>, plan: u64, workers: usize) -> dagger::Result<()> {
    let run = schedule.run();
    // A task's place in the memory of the other executors names it: which task has it now?
    let mut holders = vec![0_u32; schedule.lines()];
    let mut tasks: Vec<Task<Output>> = Vec::with_capacity(schedule.tasks());
    for number in 0..schedule.tasks() {
        let inputs: Vec<Task<Output>> = schedule
            .single_inputs(number)
            .map(|place| tasks[holders[place.start] as usize].clone())
            .collect();
        holders[schedule.output(number).start] = number as u32;
        let worker = schedule.share(number, workers);
        tasks.push(spawn!(
            #[on(worker = worker)]
            point(plan, run, number, inputs)
        ));
    }
    wait_all(&tasks)
}
