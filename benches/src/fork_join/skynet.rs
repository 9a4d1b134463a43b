//! The skynet tree: every node has ten children, the leaves return their numbers, the inner nodes add them up.

use std::hint::black_box;

use chili::Scope;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::harness::{Effort, Goal, LineUp, Question, Unit, answered, time};
use crate::peers::{chili_pool, openmp, rayon_pool, tbb};

/// Nanoseconds a leaf of a tree with a million leaves.
pub fn question(effort: Effort) -> Question {
    let leaves = effort.size(1_000_000, 10_000);
    let unit = Unit::nanoseconds("leaf", leaves);
    let how = "A tree of tasks with ten children each; the leaves' numbers are added up. Time divided by the number of \
               leaves. Libraries that join two at a time join ten by halves.";
    Question::new(
        format!("fork-join/skynet {leaves}"),
        unit,
        how,
        move |threads| line_up(leaves, threads),
    )
    .aim(Goal::LevelWith("chili"))
    .aim(Goal::LevelWith("rayon join"))
}

fn line_up(leaves: u64, threads: usize) -> LineUp {
    let expected = leaves * (leaves - 1) / 2;
    LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &expected, || {
                ours::skynet(0, black_box(leaves))
            })
        })
        .peer("chili", move |batch| {
            chili_pool::sample(threads, batch, &expected, |scope| {
                with_chili(scope, 0, black_box(leaves))
            })
        })
        .peer("rayon join", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || {
                with_join(0, black_box(leaves))
            })
        })
        .peer("rayon par_iter", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || {
                with_par_iter(0, black_box(leaves))
            })
        })
        .peer("oneTBB parallel_invoke", move |batch| {
            answered(tbb::skynet(batch, threads, leaves)?, expected)
        })
        .peer("OpenMP tasks", move |batch| {
            answered(openmp::skynet(batch, threads, leaves)?, expected)
        })
        .serial("serial", move |batch| {
            time(batch, &expected, || serial(0, black_box(leaves)))
        })
}

mod ours {
    use dagger::prelude::*;

    #[task]
    pub(super) fn skynet(first: u64, count: u64) -> u64 {
        if count == 1 {
            return first;
        }
        let part = count / 10;
        dag! {
            let a = skynet(first, part);
            let b = skynet(first + part, part);
            let c = skynet(first + 2 * part, part);
            let d = skynet(first + 3 * part, part);
            let e = skynet(first + 4 * part, part);
            let f = skynet(first + 5 * part, part);
            let g = skynet(first + 6 * part, part);
            let h = skynet(first + 7 * part, part);
            let i = skynet(first + 8 * part, part);
            let j = skynet(first + 9 * part, part);
            a + b + c + d + e + f + g + h + i + j
        }
        .expect("no node fails")
    }
}

fn with_chili(scope: &mut Scope<'_>, first: u64, count: u64) -> u64 {
    /// The sum over `number` subtrees of `part` leaves, split by halves.
    fn children(scope: &mut Scope<'_>, first: u64, part: u64, number: u64) -> u64 {
        if number == 1 {
            return with_chili(scope, first, part);
        }
        let half = number / 2;
        let (left, right) = scope.join(
            |scope| children(scope, first, part, half),
            |scope| children(scope, first + half * part, part, number - half),
        );
        left + right
    }
    if count == 1 {
        first
    } else {
        children(scope, first, count / 10, 10)
    }
}

fn with_join(first: u64, count: u64) -> u64 {
    /// The sum over `number` subtrees of `part` leaves, split by halves.
    fn children(first: u64, part: u64, number: u64) -> u64 {
        if number == 1 {
            return with_join(first, part);
        }
        let half = number / 2;
        let (left, right) = rayon::join(
            || children(first, part, half),
            || children(first + half * part, part, number - half),
        );
        left + right
    }
    if count == 1 {
        first
    } else {
        children(first, count / 10, 10)
    }
}

fn with_par_iter(first: u64, count: u64) -> u64 {
    if count == 1 {
        return first;
    }
    let part = count / 10;
    (0..10u64)
        .into_par_iter()
        .map(|child| with_par_iter(first + child * part, part))
        .sum()
}

fn serial(first: u64, count: u64) -> u64 {
    if count == 1 {
        return black_box(first);
    }
    let part = count / 10;
    (0..10)
        .map(|child| serial(first + child * part, part))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_give_the_sum_of_the_leaves() {
        assert_eq!(serial(0, 1000), 499_500);
        assert_eq!(with_join(0, 1000), 499_500);
        assert_eq!(with_par_iter(0, 1000), 499_500);
        assert_eq!(with_chili(&mut Scope::global(), 0, 1000), 499_500);
    }
}
