//! rayon, which has no graphs: one row after the other, each a `par_iter`.
#![allow(unsafe_code)]

use super::shared::Shared;
use super::{Failure, timed};
use crate::schedule::Schedule;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::time::Duration;

pub(super) fn run(
    schedule: &Schedule,
    threads: usize,
    runs: usize,
) -> Result<Vec<Duration>, Failure> {
    let shared = Shared::new(schedule)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| error.to_string())?;
    pool.install(|| {
        timed(schedule, runs, || {
            for step in 0..schedule.rows() {
                schedule.row(step).into_par_iter().for_each(|task| {
                    // SAFETY: `for_each` returns when the row has ended.
                    unsafe { shared.execute(task) };
                });
            }
            Ok(shared.outcome()?)
        })
    })
}
