//! Who takes part in a sweep.

use std::sync::Arc;

use task_bench::{Executor, Schedule, TaskGraph, executor, mpi};

use super::MPI;
use crate::harness::{Failure, Role, Summary};

/// Dagger's forms of the graph. Each has a table of its own, with all peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The loop form, prepared.
    Prepared,
    /// The loop form, unfolded in each run.
    Loop,
    /// `spawn!`.
    Spawn,
    /// `spawn!`, and ranks in place of threads.
    Ranks,
}

impl Form {
    pub(super) const ALL: [Form; 4] = [Form::Prepared, Form::Loop, Form::Spawn, Form::Ranks];

    pub(super) fn name(self) -> &'static str {
        match self {
            Form::Prepared => "prepared",
            Form::Loop => "loop",
            Form::Spawn => "spawn",
            Form::Ranks => "ranks",
        }
    }

    fn executor(self) -> Executor {
        match self {
            Form::Prepared => Executor::Prepared,
            Form::Loop => Executor::Unfolded,
            Form::Spawn => Executor::Spawned,
            Form::Ranks => Executor::Ranks,
        }
    }
}

/// One that runs sweeps.
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// Which of ours it is.
    pub(super) form: Option<Form>,
    runs: Runs,
}

enum Runs {
    Here(Executor),
    UnderMpi,
}

/// Everybody: the `forms` asked for, the peers, and on one thread the serial loop.
pub(super) fn all(threads: usize, forms: &[Form]) -> Vec<Contender> {
    let mut contenders: Vec<Contender> = forms
        .iter()
        .map(|&form| Contender {
            name: "ours",
            role: Role::Ours,
            form: Some(form),
            runs: Runs::Here(form.executor()),
        })
        .collect();
    let mut add = |name, role, runs| {
        contenders.push(Contender {
            name,
            role,
            form: None,
            runs,
        });
    };
    add(MPI, Role::Peer, Runs::UnderMpi);
    for (name, executor) in [
        ("OpenMP for, row by row", Executor::OpenMpFor),
        ("OpenMP tasks with depend", Executor::OpenMpTasks),
        ("rayon par_iter, row by row", Executor::Rayon),
    ] {
        add(name, Role::Peer, Runs::Here(executor));
    }
    if threads == 1 {
        add("serial loop", Role::Serial, Runs::Here(Executor::Serial));
    }
    contenders
}

impl Contender {
    /// The seconds of every size, each the median of `runs` runs after `warm` others.
    pub(super) fn run(
        &mut self,
        graphs: &[TaskGraph],
        schedules: &[Arc<Schedule>],
        threads: usize,
        warm: usize,
        runs: usize,
    ) -> Result<Vec<f64>, Failure> {
        match self.runs {
            Runs::Here(executor) => schedules
                .iter()
                .map(|schedule| {
                    let times = executor
                        .run(schedule, threads, warm + runs)
                        .map_err(failure)?;
                    let seconds: Vec<f64> = times[warm..]
                        .iter()
                        .map(std::time::Duration::as_secs_f64)
                        .collect();
                    median(&seconds)
                })
                .collect(),
            Runs::UnderMpi => {
                let sizes: Vec<i64> = graphs.iter().map(|graph| graph.kernel.iterations).collect();
                let times = mpi::sweep(&graphs[0], threads, &sizes, runs).map_err(launch)?;
                times.iter().map(|seconds| median(seconds)).collect()
            }
        }
    }
}

fn median(seconds: &[f64]) -> Result<f64, Failure> {
    Summary::of(seconds)
        .map(|summary| summary.median)
        .ok_or_else(|| Failure::Broken("nothing was run".into()))
}

/// Every executor checks its inputs: one that fails has answered wrongly.
fn failure(failure: executor::Failure) -> Failure {
    match failure {
        executor::Failure::NotBuilt(hint) => Failure::NotBuilt(hint),
        executor::Failure::Failed(what) => Failure::Wrong(what),
    }
}

/// A launch may fail for reasons of its own.
fn launch(failure: executor::Failure) -> Failure {
    match failure {
        executor::Failure::NotBuilt(hint) => Failure::NotBuilt(hint),
        executor::Failure::Failed(what) => Failure::Broken(what),
    }
}
