//! The ways to run a schedule: Dagger's, its peers', and one task after the other.
//!
//! An executor is a file here with a function that does runs and times each of them, and a line in [`NAMES`].

mod openmp;
mod ranks;
mod rayon_rows;
mod serial;
mod shared;
mod spawned;
#[cfg(test)]
mod tests;
mod unfolded;

use crate::schedule::Schedule;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Who runs the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Executor {
    /// One after the other, on this thread.
    Serial,
    /// Dagger: a `dag!` loop, prepared before the clock starts.
    Prepared,
    /// Dagger: the same loop, run directly.
    Unfolded,
    /// Dagger: a `spawn!` for each task.
    Spawned,
    /// Dagger over ranks, as many as there are to be threads: a `spawn!` for each task.
    Ranks,
    /// rayon: `par_iter` over each row.
    Rayon,
    /// OpenMP: a task with `depend` clauses for each task.
    OpenMpTasks,
    /// OpenMP: `omp for` over each row.
    OpenMpFor,
}

/// All executors with the names that `-executor` knows.
pub const NAMES: &[(&str, Executor)] = &[
    ("dagger", Executor::Prepared),
    ("dagger-loop", Executor::Unfolded),
    ("dagger-ranks", Executor::Ranks),
    ("dagger-spawn", Executor::Spawned),
    ("openmp", Executor::OpenMpTasks),
    ("openmp-for", Executor::OpenMpFor),
    ("rayon", Executor::Rayon),
    ("serial", Executor::Serial),
];

/// Why a schedule could not be run to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The executor's library is not on this machine; the text says what to install.
    NotBuilt(&'static str),
    /// A task found a wrong input, or could not run.
    Failed(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotBuilt(hint) => write!(f, "not built: {hint}"),
            Failure::Failed(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}

impl From<dagger::Error> for Failure {
    fn from(error: dagger::Error) -> Failure {
        Failure::Failed(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(what: String) -> Failure {
        Failure::Failed(what)
    }
}

impl Executor {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, executor)| *executor == self)
            .map_or("", |(name, _)| name)
    }

    /// Runs `schedule` `runs` times on `threads` threads and times each run. Threads are started, and graphs prepared, before the first.
    ///
    /// # Errors
    /// If a task finds a wrong input, or the executor is not there.
    pub fn run(
        self,
        schedule: &Arc<Schedule>,
        threads: usize,
        runs: usize,
    ) -> Result<Vec<Duration>, Failure> {
        match self {
            Executor::Serial => serial::run(schedule, runs),
            Executor::Prepared => unfolded::run_prepared(schedule, threads, runs),
            Executor::Unfolded => unfolded::run(schedule, threads, runs),
            Executor::Spawned => spawned::run(schedule, threads, runs),
            Executor::Ranks => ranks::run(schedule, threads, runs),
            Executor::Rayon => rayon_rows::run(schedule, threads, runs),
            Executor::OpenMpTasks => openmp::run(openmp::Form::Tasks, schedule, threads, runs),
            Executor::OpenMpFor => openmp::run(openmp::Form::Rows, schedule, threads, runs),
        }
    }
}

/// Times `runs` calls of `run`, each a run of its own.
fn timed<E>(
    schedule: &Schedule,
    runs: usize,
    mut run: impl FnMut() -> Result<(), E>,
) -> Result<Vec<Duration>, E> {
    (0..runs)
        .map(|_| {
            schedule.begin_run();
            let start = Instant::now();
            run()?;
            Ok(start.elapsed())
        })
        .collect()
}
