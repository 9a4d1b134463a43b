//! The number of ways to place n queens, as an irregular tree: a call places a queen on the first free column of
//! a row, and beside it tries the other columns of that row. There is no cut-off.

use std::hint::black_box;

use chili::Scope;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, answered, time};
use crate::peers::{chili_pool, openmp, rayon_pool, tbb};

/// Nanoseconds a call with 13 queens.
pub fn question(effort: Effort) -> Question {
    let n = effort.size(13, 8);
    let (_, calls) = count(Board::empty(n), Board::empty(n).free());
    let unit = Unit::nanoseconds("call", calls);
    let how = "Each call forks: a queen on the first free column of its row, and the row's other columns. Time divided \
               by the number of calls.";
    Question::new(
        format!("fork-join/nqueens {n}"),
        unit,
        how,
        move |threads| line_up(n, threads),
    )
    .aim(Goal::LevelWith("chili"))
    .aim(Goal::LevelWith("rayon join"))
    .profile(
        "39 % of our samples are at one instruction: the board that was just put together from four words is copied by one \
         wide load, which must wait until all four are stored (store forwarding fails). chili runs its second closure first, so that its copy comes \
         long after the stores.",
    )
}

fn line_up(n: u32, threads: usize) -> LineUp {
    let start = move || black_box(Board::empty(n));
    let (expected, _) = count(start(), start().free());
    let queens = u64::from(n);
    LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &expected, || {
                ours::queens(start(), start().free())
            })
        })
        .peer("chili", move |batch| {
            chili_pool::sample(threads, batch, &expected, |scope| {
                with_chili(scope, start(), start().free())
            })
        })
        .peer("rayon join", move |batch| {
            rayon_pool::sample(threads, batch, &expected, || {
                with_rayon(start(), start().free())
            })
        })
        .peer("oneTBB parallel_invoke", move |batch| {
            answered(tbb::nqueens(batch, threads, queens)?, expected)
        })
        .peer("OpenMP tasks", move |batch| {
            answered(openmp::nqueens(batch, threads, queens)?, expected)
        })
        .serial("serial", move |batch| {
            time(batch, &expected, || serial(start(), start().free()))
        })
}

/// A board whose upper rows are filled; the masks say which columns the queens above attack.
#[derive(Clone, Copy)]
pub struct Board {
    all: u32,
    columns: u32,
    left: u32,
    right: u32,
}

impl Board {
    /// A board of `n` rows and columns without queens.
    pub fn empty(n: u32) -> Board {
        Board {
            all: (1 << n) - 1,
            columns: 0,
            left: 0,
            right: 0,
        }
    }

    /// Whether every row has its queen.
    pub fn full(self) -> bool {
        self.columns == self.all
    }

    /// The columns of the next row that no queen attacks.
    pub fn free(self) -> u32 {
        self.all & !(self.columns | self.left | self.right)
    }

    /// The board with a queen in the next row.
    pub fn place(self, column: u32) -> Board {
        Board {
            all: self.all,
            columns: self.columns | column,
            left: (self.left | column) << 1,
            right: (self.right | column) >> 1,
        }
    }
}

/// The lowest of the columns.
fn first(free: u32) -> u32 {
    free & free.wrapping_neg()
}

mod ours {
    use dagger::prelude::*;

    use super::{Board, first};

    #[task]
    pub(super) fn queens(board: Board, free: u32) -> u64 {
        if board.full() {
            return 1;
        }
        if free == 0 {
            return 0;
        }
        let column = first(free);
        let next = board.place(column);
        dag! {
            let here = queens(next, next.free());
            let elsewhere = queens(board, free ^ column);
            here + elsewhere
        }
        .expect("no node fails")
    }
}

fn with_chili(scope: &mut Scope<'_>, board: Board, free: u32) -> u64 {
    if board.full() {
        return 1;
    }
    if free == 0 {
        return 0;
    }
    let column = first(free);
    let next = board.place(column);
    let (here, elsewhere) = scope.join(
        |scope| with_chili(scope, next, next.free()),
        |scope| with_chili(scope, board, free ^ column),
    );
    here + elsewhere
}

fn with_rayon(board: Board, free: u32) -> u64 {
    if board.full() {
        return 1;
    }
    if free == 0 {
        return 0;
    }
    let column = first(free);
    let next = board.place(column);
    let (here, elsewhere) = rayon::join(
        || with_rayon(next, next.free()),
        || with_rayon(board, free ^ column),
    );
    here + elsewhere
}

fn serial(board: Board, free: u32) -> u64 {
    if board.full() {
        return 1;
    }
    if free == 0 {
        return 0;
    }
    let column = first(free);
    let next = board.place(column);
    serial(next, next.free()) + serial(board, free ^ column)
}

/// The number of solutions, and of the calls it takes to find them.
fn count(board: Board, free: u32) -> (u64, u64) {
    if board.full() {
        return (1, 1);
    }
    if free == 0 {
        return (0, 1);
    }
    let column = first(free);
    let next = board.place(column);
    let (here, elsewhere) = (count(next, next.free()), count(board, free ^ column));
    (here.0 + elsewhere.0, here.1 + elsewhere.1 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_numbers_of_solutions() {
        for (n, solutions) in [(1, 1), (4, 2), (6, 4), (8, 92)] {
            let board = Board::empty(n);
            assert_eq!(serial(board, board.free()), solutions);
            assert_eq!(with_rayon(board, board.free()), solutions);
            assert_eq!(count(board, board.free()).0, solutions);
        }
    }
}
