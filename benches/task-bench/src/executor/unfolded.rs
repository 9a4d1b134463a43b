//! Dagger's loop form: the loop over all tasks, ordered by what they borrow.
//!
//! A node takes up to three ranges of inputs, since a task has a fixed number of parameters. A task with more has nodes before its own that
//! check the others; they borrow its output only so that they come before it.

use super::{Failure, timed};
use crate::point::{Corrupted, Line};
use crate::schedule::Schedule;
use dagger::prelude::*;
use std::result::Result;
use std::time::Duration;

#[task]
fn source(schedule: &Schedule, number: usize, output: &mut [Line]) -> Result<(), Corrupted> {
    schedule.execute(number, [], output)
}

#[task]
fn of_one(
    schedule: &Schedule,
    number: usize,
    a: &[Line],
    output: &mut [Line],
) -> Result<(), Corrupted> {
    schedule.finish(number, schedule.early_nodes(number), [a], output)
}

#[task]
fn of_two(
    schedule: &Schedule,
    number: usize,
    a: &[Line],
    b: &[Line],
    output: &mut [Line],
) -> Result<(), Corrupted> {
    schedule.finish(number, schedule.early_nodes(number), [a, b], output)
}

#[task]
fn of_three(
    schedule: &Schedule,
    number: usize,
    a: &[Line],
    b: &[Line],
    c: &[Line],
    output: &mut [Line],
) -> Result<(), Corrupted> {
    schedule.finish(number, schedule.early_nodes(number), [a, b, c], output)
}

#[task]
fn early(
    schedule: &Schedule,
    number: usize,
    node: usize,
    a: &[Line],
    b: &[Line],
    c: &[Line],
    _output: &mut [Line],
) -> Result<(), Corrupted> {
    schedule.check_early(number, node, [a, b, c])
}

dag! {
    /// All tasks, in program order.
    fn tasks(schedule: &Schedule, memory: &mut [Line]) {
        for number in 0..schedule.tasks() {
            for node in 0..schedule.early_nodes(number) {
                early(
                    schedule,
                    number,
                    node,
                    &memory[schedule.range(number, node, 0)],
                    &memory[schedule.range(number, node, 1)],
                    &memory[schedule.range(number, node, 2)],
                    &mut memory[schedule.output(number)],
                )?;
            }
            if schedule.own_ranges(number) == 0 {
                source(schedule, number, &mut memory[schedule.output(number)])?;
            } else if schedule.own_ranges(number) == 1 {
                of_one(
                    schedule,
                    number,
                    &memory[schedule.own_range(number, 0)],
                    &mut memory[schedule.output(number)],
                )?;
            } else if schedule.own_ranges(number) == 2 {
                of_two(
                    schedule,
                    number,
                    &memory[schedule.own_range(number, 0)],
                    &memory[schedule.own_range(number, 1)],
                    &mut memory[schedule.output(number)],
                )?;
            } else {
                of_three(
                    schedule,
                    number,
                    &memory[schedule.own_range(number, 0)],
                    &memory[schedule.own_range(number, 1)],
                    &memory[schedule.own_range(number, 2)],
                    &mut memory[schedule.output(number)],
                )?;
            }
        }
    }
}

/// Unfolds the loop in every run.
pub(super) fn run(
    schedule: &Schedule,
    threads: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    let mut memory = schedule.memory()?;
    let runtime = Runtime::builder().threads(threads).build()?;
    let times = runtime.enter(|| timed(schedule, runs, || tasks::run(schedule, &mut memory)))?;
    Ok(times)
}

/// Unfolds the loop once, before the clock starts.
pub(super) fn run_prepared(
    schedule: &Schedule,
    threads: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    let mut memory = schedule.memory()?;
    let runtime = Runtime::builder().threads(threads).build()?;
    let times = runtime.enter(|| {
        let graph = tasks::prepare(schedule, &mut memory)?;
        timed(schedule, runs, || graph.run())
    })?;
    Ok(times)
}
