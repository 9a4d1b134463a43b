//! A wavefront of nodes of 10 µs on two threads: the loop form must find the work, not only the order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dagger::prelude::*;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::busy::{steps, work};
use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit, time};
use crate::peers::rayon_pool;

const HOW: &str = "Every node waits for its upper and its left neighbour and does the same fixed amount of arithmetic, \
about 10 µs. rayon runs one diagonal after the other with par_iter. Efficiency is the time of the plain loop over \
twice the time taken; the shape itself allows 98 %.";

const LOOP_PROFILE: &str = "The shape allows 98 %. While the driver unfolds, some 200 µs of 8 ms, the other thread has little \
to choose from, which is 1 %. Where the nodes' memory comes cold, as here between samples of other contenders, ending a node and beginning \
the next takes 3 to 4 %: cache lines that the driver has written, some 400 ns a node. Run again and again, the same loop \
reaches 95 to 97 %.";

/// The share of two threads' time that is work, in percent, with the loop run directly and prepared.
pub fn questions(effort: Effort) -> Vec<Question> {
    let side = effort.size(40, 12);
    [("loop", run_loop as Sample), ("prepared", run_prepared)]
        .map(|(form, ours)| {
            let question = Question::new(
                format!("coarse/wavefront {side}×{side} of 10 µs, {form}"),
                Unit::Efficiency,
                HOW,
                move |threads| line_up(side, threads, ours),
            )
            .on(&[2])
            .aim(Goal::AtLeast(95.0));
            if form == "loop" {
                question.profile(LOOP_PROFILE)
            } else {
                question
            }
        })
        .into()
}

/// Dagger's side: runs the batch in the slots, which are all zero when it begins, and leaves the last run's values.
type Sample = fn(&mut [u64], usize, u64, Batch) -> dagger::Result<Result<Duration, Failure>>;

fn line_up(side: usize, threads: usize, ours: Sample) -> LineUp {
    let (width, steps) = (side + 1, steps(10.0));
    let expected = last_value(side, steps + 1);
    LineUp::new()
        .ours(move |batch| {
            let mut slots = vec![0; width * width];
            let elapsed = crate::ours::within(threads, || ours(&mut slots, width, steps, batch))??;
            last_is(expected, slots[width * width - 1])?;
            Ok(elapsed)
        })
        .peer("rayon par_iter by diagonals", move |batch| {
            let slots: Vec<AtomicU64> = (0..width * width).map(|_| AtomicU64::new(0)).collect();
            let elapsed = rayon_pool::sample(threads, batch, &(), || {
                by_diagonals(&slots, width, steps);
            })?;
            last_is(expected, slots[width * width - 1].load(Ordering::Relaxed))?;
            Ok(elapsed)
        })
        .serial("plain loop", move |batch| {
            let mut slots = vec![0; width * width];
            let elapsed = time(batch, &(), || plain(&mut slots, width, steps))?;
            last_is(expected, slots[width * width - 1])?;
            Ok(elapsed)
        })
}

#[task]
fn cell(up: &u64, left: &u64, own: &mut u64, steps: u64) {
    *own = value(*up, *left, work(steps));
}

dag! {
    /// A square with a border of zeros above and at the left, `width` slots a row.
    fn wavefront(slots: &mut [u64], width: usize, steps: u64) {
        for row in 1..width {
            for column in 1..width {
                cell(
                    &slots[(row - 1) * width + column],
                    &slots[row * width + column - 1],
                    &mut slots[row * width + column],
                    steps,
                );
            }
        }
    }
}

fn run_loop(
    slots: &mut [u64],
    width: usize,
    steps: u64,
    batch: Batch,
) -> dagger::Result<Result<Duration, Failure>> {
    Ok(time(batch, &true, || {
        wavefront::run(slots, width, steps).is_ok()
    }))
}

fn run_prepared(
    slots: &mut [u64],
    width: usize,
    steps: u64,
    batch: Batch,
) -> dagger::Result<Result<Duration, Failure>> {
    let graph = wavefront::prepare(slots, width, steps)?;
    Ok(time(batch, &true, || graph.run().is_ok()))
}

fn by_diagonals(slots: &[AtomicU64], width: usize, steps: u64) {
    for diagonal in 2..2 * width - 1 {
        let first = diagonal.saturating_sub(width - 1).max(1);
        let last = (diagonal - 1).min(width - 1);
        (first..=last).into_par_iter().for_each(|row| {
            let own = row * width + diagonal - row;
            // Relaxed: one diagonal ends before the next begins.
            let up = slots[own - width].load(Ordering::Relaxed);
            let left = slots[own - 1].load(Ordering::Relaxed);
            slots[own].store(value(up, left, work(steps)), Ordering::Relaxed);
        });
    }
}

fn plain(slots: &mut [u64], width: usize, steps: u64) {
    for row in 1..width {
        for column in 1..width {
            let own = row * width + column;
            slots[own] = value(slots[own - width], slots[own - 1], work(steps));
        }
    }
}

fn value(up: u64, left: u64, worked: u64) -> u64 {
    up.wrapping_add(left).wrapping_add(worked)
}

/// What the last node holds if every node worked `worked` steps: found row by row, without any slots but one row.
fn last_value(side: usize, worked: u64) -> u64 {
    let mut row = vec![0; side + 1];
    for _ in 0..side {
        for column in 1..=side {
            row[column] = value(row[column], row[column - 1], worked);
        }
    }
    row[side]
}

fn last_is(expected: u64, value: u64) -> Result<(), Failure> {
    if value == expected {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "the last node holds {value}, not {expected}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_leave_the_same_last_value() {
        let (side, width) = (7, 8);
        let mut slots = vec![0; width * width];
        plain(&mut slots, width, 4);
        assert_eq!(slots[width * width - 1], last_value(side, 5));
        let shared: Vec<AtomicU64> = (0..width * width).map(|_| AtomicU64::new(0)).collect();
        by_diagonals(&shared, width, 4);
        assert_eq!(
            shared[width * width - 1].load(Ordering::Relaxed),
            last_value(side, 5)
        );
    }
}
