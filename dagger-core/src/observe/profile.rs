//! A table of where the time went, one row per task name.

use super::event::{Event, Thread};
use super::spans::{Closed, Pairing, Span};
use super::{Observer, units};
use std::collections::HashMap;
use std::fmt;

/// Time per task name. Printing it gives an aligned table, the largest share first.
///
/// Times are a task's own: what other tasks did inside it while it waited, and idle time, do not count.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    rows: HashMap<&'static str, ProfileRow>,
}

/// All runs of the tasks of one name. Times in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct ProfileRow {
    /// The tasks' name.
    pub name: &'static str,
    /// How many ended, or were still running at the end.
    pub count: u64,
    /// Their time together.
    pub total: u64,
    /// The longest.
    pub max: u64,
}

impl ProfileRow {
    /// The average time, in nanoseconds.
    pub fn mean(&self) -> u64 {
        self.total / self.count.max(1)
    }
}

impl Profile {
    /// The rows, the largest total first.
    pub fn rows(&self) -> Vec<ProfileRow> {
        let mut rows: Vec<_> = self.rows.values().copied().collect();
        rows.sort_by(|a, b| b.total.cmp(&a.total).then(a.name.cmp(b.name)));
        rows
    }

    /// The time of all tasks together, in nanoseconds.
    pub fn total(&self) -> u64 {
        self.rows.values().map(|row| row.total).sum()
    }

    pub(super) fn add(&mut self, span: &Span) {
        let name = span.task.name;
        let row = self.rows.entry(name).or_insert(ProfileRow {
            name,
            count: 0,
            total: 0,
            max: 0,
        });
        row.count += 1;
        row.total += span.own;
        row.max = row.max.max(span.own);
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        let cells: Vec<[String; 6]> = self
            .rows()
            .iter()
            .map(|row| {
                [
                    row.name.to_owned(),
                    units::count(row.count),
                    units::duration(row.total),
                    units::duration(row.mean()),
                    units::duration(row.max),
                    units::percent(row.total, total),
                ]
            })
            .collect();
        let heads = ["task", "count", "total", "mean", "max", "share"];
        let width = |column: usize| {
            let cell = cells
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0);
            cell.max(heads[column].len())
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let mut line = |row: &[&str]| {
            write!(f, "{:<1$}", row[0], widths[0])?;
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)
        };
        line(&heads)?;
        cells
            .iter()
            .try_for_each(|row| line(&row.each_ref().map(String::as_str)))
    }
}

/// The observer behind `DAGGER_PROFILE=1`: prints the table when it finishes.
#[derive(Debug, Default)]
pub(super) struct ProfilePrinter {
    pairing: Pairing,
    profile: Profile,
}

impl ProfilePrinter {
    fn keep(profile: &mut Profile) -> impl FnMut(Closed) {
        |closed| {
            if let Closed::Task(span) = closed {
                profile.add(&span);
            }
        }
    }
}

impl Observer for ProfilePrinter {
    fn observe(&mut self, thread: &Thread, events: &[Event]) {
        for event in events {
            self.pairing
                .feed(thread, event, &mut Self::keep(&mut self.profile));
        }
    }

    fn finish(&mut self, now: u64) {
        self.pairing
            .close_all(now, &mut Self::keep(&mut self.profile));
        if !self.profile.rows.is_empty() {
            eprint!("{}", self.profile);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::tests::{begin, end, thread};
    use super::*;

    #[test]
    fn the_table_is_aligned_and_sorted_by_share() {
        let mut printer = ProfilePrinter::default();
        let events = [
            begin(0, 1, "small"),
            end(1_000, 1),
            begin(1_000, 2, "a_long_name"),
            begin(1_500, 3, "small"),
            end(2_500, 3),
            end(9_000, 2),
        ];
        printer.observe(&thread(0), &events);
        let expected = "\
task         count    total     mean      max   share
a_long_name      1  7.00 µs  7.00 µs  7.00 µs  77.8 %
small            2  2.00 µs  1.00 µs  1.00 µs  22.2 %
";
        assert_eq!(printer.profile.to_string(), expected);
        assert_eq!(printer.profile.total(), 9_000);
    }

    #[test]
    fn nothing_gives_only_the_heading() {
        assert_eq!(
            Profile::default().to_string(),
            "task  count  total  mean  max  share\n"
        );
    }
}
