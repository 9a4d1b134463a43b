//! Many independent tasks, each spawned on its own and its result fetched.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::busy::work;
use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit, answered, time};
use crate::peers::{openmp, rayon_pool, tbb};

/// Nanoseconds a task.
pub fn question(effort: Effort) -> Question {
    let tasks = effort.size(200_000, 5_000);
    let how = "Every task is spawned on its own from one thread and returns a number; then all numbers are added up. Time \
               divided by the number of tasks.";
    Question::new(
        format!("spawn/independent {tasks}"),
        Unit::nanoseconds("task", tasks),
        how,
        move |threads| line_up(tasks, threads),
    )
    .aim(Goal::AtMost(150.0))
    .aim(Goal::AheadOf("rayon scope"))
    .profile(
        "On one thread, a task with a handle, an error and a place to wait at (128 bytes, counted; 25 MB live at once) stands beside a boxed closure (40 ns). Threads \
         share what they free, so that blocks come from earlier tasks and not from malloc, which had 18 % of the samples.",
    )
}

fn line_up(tasks: u64, threads: usize) -> LineUp {
    // Task `i` returns `i + work(0)`, and `work(0)` is 1.
    let expected = tasks * (tasks - 1) / 2 + tasks;
    LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &expected, || ours::independent(tasks))
        })
        .peer("rayon scope", move |batch| {
            with_rayon(threads, batch, tasks, expected)
        })
        .peer("oneTBB task_group", move |batch| {
            answered(tbb::independent(batch, threads, tasks, work, 0)?, expected)
        })
        .peer("OpenMP taskgroup", move |batch| {
            answered(
                openmp::independent(batch, threads, tasks, work, 0)?,
                expected,
            )
        })
        .serial("plain calls", move |batch| {
            time(batch, &expected, || {
                let results: Vec<u64> = (0..tasks).map(|task| task + work(0)).collect();
                results.iter().sum::<u64>()
            })
        })
}

mod ours {
    use dagger::prelude::*;

    use crate::busy::work;

    #[task]
    fn leaf(task: u64) -> u64 {
        task + work(0)
    }

    pub(super) fn independent(tasks: u64) -> u64 {
        let tasks: Vec<Task<u64>> = (0..tasks).map(|task| spawn!(leaf(task))).collect();
        tasks
            .into_iter()
            .map(|task| task.fetch().expect("no task fails"))
            .sum()
    }
}

fn with_rayon(
    threads: usize,
    batch: Batch,
    tasks: u64,
    expected: u64,
) -> Result<Duration, Failure> {
    rayon_pool::sample(threads, batch, &expected, || {
        let results: Vec<AtomicU64> = (0..tasks).map(|_| AtomicU64::new(0)).collect();
        rayon::scope(|scope| {
            for (task, result) in results.iter().enumerate() {
                // Relaxed: the end of the scope comes after all of its tasks.
                scope.spawn(move |_| result.store(task as u64 + work(0), Ordering::Relaxed));
            }
        });
        results.into_iter().map(AtomicU64::into_inner).sum()
    })
}
