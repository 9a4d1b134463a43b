//! Every executor runs every pattern, and every executor notices a wrong input.

use super::{Executor, Failure, NAMES};
use crate::arguments::{App, Request};
use crate::graph::{Interval, TaskGraph};
use crate::pattern;
use crate::schedule::Schedule;
use std::sync::Arc;

const THREADS: [usize; 2] = [1, 2];

fn graphs(line: &str) -> Vec<TaskGraph> {
    match App::parse(line.split_whitespace().map(str::to_owned)).unwrap() {
        Request::Run(app) => app.graphs,
        Request::Help => panic!("{line} asks for help"),
    }
}

/// What executors there are here make of the schedule.
fn outcomes(schedule: &Arc<Schedule>) -> Vec<(&'static str, Result<(), Failure>)> {
    let mut outcomes = Vec::new();
    for &(name, executor) in NAMES {
        for threads in THREADS {
            match run(executor, schedule, threads) {
                Err(Failure::NotBuilt(_)) => {}
                outcome => outcomes.push((name, outcome)),
            }
        }
    }
    assert!(outcomes.len() >= 10);
    outcomes
}

fn run(executor: Executor, schedule: &Arc<Schedule>, threads: usize) -> Result<(), Failure> {
    let times = executor.run(schedule, threads, 3)?;
    assert_eq!(times.len(), 3);
    Ok(())
}

fn all_succeed(line: &str) {
    let schedule = Arc::new(Schedule::new(&graphs(line)).unwrap());
    for (name, outcome) in outcomes(&schedule) {
        assert_eq!(outcome, Ok(()), "{name}: {line}");
    }
}

#[test]
fn every_pattern_runs_and_validates() {
    for &(name, _) in pattern::NAMES {
        for shape in [
            "-steps 9 -width 7",
            "-steps 5 -width 12 -radix 6 -output 100",
            // Long enough for Dagger to use its threads.
            "-steps 30 -width 8 -kernel compute_bound -iter 100",
        ] {
            let period = if matches!(name, "spread" | "random_nearest") {
                "-period 2"
            } else {
                ""
            };
            all_succeed(&format!("-type {name} {shape} {period}"));
        }
    }
}

#[test]
fn tasks_with_many_separate_inputs_run() {
    all_succeed("-type spread -width 20 -steps 6 -radix 10 -period 2");
    all_succeed("-type random_nearest -width 30 -steps 6 -radix 25 -fraction 0.5");
}

#[test]
fn memory_may_be_used_again() {
    for name in ["stencil_1d", "fft", "tree", "dom", "all_to_all", "trivial"] {
        all_succeed(&format!("-type {name} -width 6 -steps 12 -field 2"));
    }
    all_succeed("-type spread -width 12 -steps 12 -radix 4 -field 3");
}

#[test]
fn graphs_run_side_by_side() {
    all_succeed(
        "-type stencil_1d -width 5 -steps 9 -and -type fft -width 8 -steps 4 -output 128 -and -type trivial",
    );
}

#[test]
fn kernels_have_their_memory() {
    all_succeed(
        "-type nearest -kernel memory_bound -scratch 4096 -iter 5 -and -kernel compute_dgemm -iter 1 -scratch 9600",
    );
}

/// Every task that has inputs gets a wrong one in turn; none may go unnoticed, whoever runs it.
#[test]
fn a_wrong_input_is_noticed() {
    for line in [
        "-type stencil_1d -width 4 -steps 3",
        "-type fft -width 4 -steps 4 -output 100",
        "-type spread -width 12 -steps 3 -radix 5 -period 1",
    ] {
        let graphs = graphs(line);
        let schedule = Schedule::new(&graphs).unwrap();
        let first = graphs[0].row(0).map_or(0, Interval::count) as usize;
        for task in [first, first + 1, schedule.tasks() - 1] {
            let mut wrong = Schedule::new(&graphs).unwrap();
            wrong.misdirect(task);
            for (name, outcome) in outcomes(&Arc::new(wrong)) {
                let failure = outcome.expect_err(name).to_string();
                assert!(
                    failure.contains("corrupted value in input") || failure.contains("is missing"),
                    "{name}: {failure}"
                );
            }
        }
    }
}

/// A task that runs before its inputs were written in this run must not be fooled by those of the run before.
#[test]
fn what_an_earlier_run_left_is_noticed() {
    let schedule = Schedule::new(&graphs("-type no_comm -width 2 -steps 2")).unwrap();
    let mut memory = schedule.memory().unwrap();
    let mut execute = |task: usize| {
        let inputs: Vec<Vec<_>> = schedule
            .inputs(task)
            .map(|range| memory[range].to_vec())
            .collect();
        let output = &mut memory[schedule.output(task)];
        schedule.execute(task, inputs.iter().map(Vec::as_slice), output)
    };
    schedule.begin_run();
    for task in 0..4 {
        assert_eq!(execute(task), Ok(()));
    }
    schedule.begin_run();
    assert_eq!(execute(0), Ok(()));
    let failure = execute(3).unwrap_err().to_string();
    assert!(
        failure.contains("expected (run 2 timestep 0 point 1), found (run 1 timestep 0 point 1)"),
        "{failure}"
    );
}
