//! One task graph: its parameters and its extent.
//!
//! A graph is `steps` rows. Row `t` holds the points `offset(t) .. offset(t) + width(t)`; only `dom` and `tree` have
//! rows of different widths. Which *dependence set* holds at a row is decided here, what a set means in [`pattern`](crate::pattern).

use crate::kernel::Kernel;
use crate::pattern::Pattern;
use dagger::prelude::Wire;

/// The points from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least point.
    pub first: i64,
    /// The greatest point.
    pub last: i64,
}

impl Interval {
    /// One point.
    pub fn point(point: i64) -> Interval {
        Interval {
            first: point,
            last: point,
        }
    }

    /// The part that lies in `other`; `None` where they do not meet.
    pub fn meet(self, other: Interval) -> Option<Interval> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Interval { first, last })
    }

    /// How many points it has.
    pub fn count(self) -> i64 {
        self.last - self.first + 1
    }

    /// Its points in order.
    pub fn points(self) -> std::ops::RangeInclusive<i64> {
        self.first..=self.last
    }
}

/// The parameters of a graph.
#[derive(Clone, Debug, PartialEq, Wire)]
pub struct TaskGraph {
    /// Its place among the graphs of the run, from 0.
    pub index: i64,
    /// How many rows.
    pub steps: i64,
    /// Points in the widest row.
    pub width: i64,
    /// Which points need which.
    pub pattern: Pattern,
    /// The number of dependences, for `nearest`, `spread`, `random_nearest`.
    pub radix: i64,
    /// After how many rows the dependences repeat, for `spread`, `random_nearest`; 0 for all others.
    pub period: i64,
    /// The share of possible dependences that there are, for `random_nearest`.
    pub fraction: f64,
    /// What every task does.
    pub kernel: Kernel,
    /// The size of every task's output, in bytes.
    pub output_bytes: usize,
    /// The size of the memory a kernel works in, in bytes.
    pub scratch_bytes: usize,
    /// Outputs are kept for so many rows before they are overwritten.
    pub fields: i64,
}

impl TaskGraph {
    /// What holds where no flag says otherwise. `period` and `fields` are settled when the flags have been read.
    pub fn new(index: i64) -> TaskGraph {
        TaskGraph {
            index,
            steps: 4,
            width: 4,
            pattern: Pattern::Trivial,
            radix: 3,
            period: 0,
            fraction: 0.25,
            kernel: Kernel::default(),
            output_bytes: 16,
            scratch_bytes: 0,
            fields: 4,
        }
    }

    /// The points of row `step`; `None` before the first row.
    pub fn row(&self, step: i64) -> Option<Interval> {
        if step < 0 {
            return None;
        }
        let (offset, width) = match self.pattern {
            Pattern::Dom => (
                (step + self.width - self.steps).max(0),
                self.width.min(step + 1).min(self.steps - step),
            ),
            // 2^62 points are more than any width.
            Pattern::Tree => (0, self.width.min(1 << step.min(62))),
            _ => (0, self.width),
        };
        Some(Interval {
            first: offset,
            last: offset + width - 1,
        })
    }

    /// How many different dependence sets the rows take in turns.
    pub fn sets(&self) -> i64 {
        match self.pattern {
            Pattern::Fft => i64::from(64 - (self.width - 1).leading_zeros()),
            Pattern::Spread | Pattern::RandomNearest => self.period,
            _ => 1,
        }
    }

    /// The dependence set that leads to row `step` from the row before.
    pub fn set_at(&self, step: i64) -> i64 {
        let sets = self.sets();
        match self.pattern {
            // Row 0 has no inputs: the first butterfly leads to row 1.
            Pattern::Fft => (step + sets - 1) % sets,
            _ => step % sets,
        }
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> i64 {
        (0..self.steps)
            .filter_map(|step| self.row(step))
            .map(Interval::count)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(graph: &TaskGraph) -> Vec<(i64, i64)> {
        (0..graph.steps)
            .map(|step| graph.row(step).unwrap())
            .map(|row| (row.first, row.count()))
            .collect()
    }

    #[test]
    fn a_domain_grows_and_then_moves_away() {
        let graph = TaskGraph {
            steps: 6,
            width: 3,
            pattern: Pattern::Dom,
            ..TaskGraph::new(0)
        };
        assert_eq!(
            rows(&graph),
            [(0, 1), (0, 2), (0, 3), (0, 3), (1, 2), (2, 1)]
        );
        assert_eq!(graph.tasks(), 12);
    }

    #[test]
    fn a_tree_doubles_until_it_is_as_wide_as_it_may_be() {
        let graph = TaskGraph {
            steps: 5,
            width: 6,
            pattern: Pattern::Tree,
            ..TaskGraph::new(0)
        };
        assert_eq!(rows(&graph), [(0, 1), (0, 2), (0, 4), (0, 6), (0, 6)]);
    }

    #[test]
    fn butterflies_take_turns_from_row_one() {
        let sets = |width| {
            let graph = TaskGraph {
                width,
                pattern: Pattern::Fft,
                ..TaskGraph::new(0)
            };
            graph.sets()
        };
        // ⌈log₂ width⌉
        assert_eq!([2, 3, 4, 5, 8, 9].map(sets), [1, 2, 2, 3, 3, 4]);
        let graph = TaskGraph {
            width: 8,
            pattern: Pattern::Fft,
            ..TaskGraph::new(0)
        };
        let turns: Vec<i64> = (0..6).map(|step| graph.set_at(step)).collect();
        assert_eq!(turns, [2, 0, 1, 2, 0, 1]);
    }

    #[test]
    fn nothing_comes_before_the_first_row() {
        assert_eq!(TaskGraph::new(0).row(-1), None);
    }
}
