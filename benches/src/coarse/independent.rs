//! Independent tasks of 10 µs on two threads: how much of both threads' time is work.

use std::sync::atomic::{AtomicU64, Ordering};

use chili::Scope;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::busy::{steps, work};
use crate::harness::{Effort, Goal, LineUp, Question, Unit, answered, time};
use crate::peers::{chili_pool, openmp, rayon_pool, tbb};

/// The share of two threads' time that is work, in percent.
pub fn question(effort: Effort) -> Question {
    let tasks = effort.size(2_000, 200);
    let how = "Tasks of the same fixed amount of arithmetic, about 10 µs, each spawned on its own; chili and par_iter halve \
               the range instead. Efficiency is the time of the plain calls over twice the time taken.";
    Question::new(
        format!("coarse/{tasks} tasks of 10 µs"),
        Unit::Efficiency,
        how,
        move |threads| line_up(tasks, threads),
    )
    .on(&[2])
    .aim(Goal::AtLeast(95.0))
    .profile(
        "7 % of each thread's samples are not work. 2 % are a task's end and 2 % waiting for one: a task's cache lines were written \
         by the core that spawned it, are changed by the one that runs it and go back to the one that fetches, a few hundred nanoseconds a task. par_iter, \
         at 99 %, has no tasks to carry over.",
    )
}

fn line_up(tasks: u64, threads: usize) -> LineUp {
    let steps = steps(10.0);
    let expected = tasks * (tasks - 1) / 2 + tasks * (steps + 1);
    LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &expected, || ours::tasks(tasks, steps))
        })
        .peer("chili join", move |batch| {
            chili_pool::sample(threads, batch, &expected, |scope| {
                with_chili(scope, 0, tasks, steps)
            })
        })
        .peer("rayon scope", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || with_scope(tasks, steps))
        })
        .peer("rayon par_iter", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || {
                (0..tasks)
                    .into_par_iter()
                    .map(|task| task + work(steps))
                    .sum::<u64>()
            })
        })
        .peer("oneTBB task_group", move |batch| {
            answered(
                tbb::independent(batch, threads, tasks, work, steps)?,
                expected,
            )
        })
        .peer("OpenMP taskgroup", move |batch| {
            answered(
                openmp::independent(batch, threads, tasks, work, steps)?,
                expected,
            )
        })
        .serial("plain calls", move |batch| {
            time(batch, &expected, || {
                (0..tasks).map(|task| task + work(steps)).sum::<u64>()
            })
        })
}

mod ours {
    use dagger::prelude::*;

    use crate::busy::work;

    #[task]
    fn piece(task: u64, steps: u64) -> u64 {
        task + work(steps)
    }

    pub(super) fn tasks(tasks: u64, steps: u64) -> u64 {
        let tasks: Vec<Task<u64>> = (0..tasks).map(|task| spawn!(piece(task, steps))).collect();
        tasks
            .into_iter()
            .map(|task| task.fetch().expect("no task fails"))
            .sum()
    }
}

fn with_chili(scope: &mut Scope<'_>, first: u64, end: u64, steps: u64) -> u64 {
    if end - first == 1 {
        return first + work(steps);
    }
    let middle = first + (end - first) / 2;
    let (left, right) = scope.join(
        |scope| with_chili(scope, first, middle, steps),
        |scope| with_chili(scope, middle, end, steps),
    );
    left + right
}

fn with_scope(tasks: u64, steps: u64) -> u64 {
    let results: Vec<AtomicU64> = (0..tasks).map(|_| AtomicU64::new(0)).collect();
    rayon::scope(|scope| {
        for (task, result) in results.iter().enumerate() {
            // Relaxed: the end of the scope comes after all of its tasks.
            scope.spawn(move |_| result.store(task as u64 + work(steps), Ordering::Relaxed));
        }
    });
    results.into_iter().map(AtomicU64::into_inner).sum()
}
