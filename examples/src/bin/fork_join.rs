//! Recursive fork-join: a task that calls itself twice inside a `dag!`.
//!
//! ```text
//! cargo run --release -p examples --bin fork_join
//! DAGGER_THREADS=1 cargo run --release -p examples --bin fork_join
//! cargo run --release -p examples --bin fork_join -- --fib 38 --queens 12 --sort 4000000
//! ```
//!
//! Three classics, each as the serial program and as the same program with `dag!` around the two recursive calls:
//! `fib` has no cut-off at all, so it measures the price of a call; `merge sort` updates two halves of one slice in place,
//! side by side, because they are two different borrows; `n-queens` counts all solutions, with a branch of any width.

// xtask-args: --fib 25 --queens 8 --sort 200000

use dagger::prelude::*;
use std::time::{Duration, Instant};

/// Every call is a task; no cut-off.
#[task]
fn fib(n: u64) -> Result<u64> {
    if n < 2 {
        return Ok(n);
    }
    dag! {
        let a = fib(n - 1)?;
        let b = fib(n - 2)?;
        a + b
    }
}

fn serial_fib(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        serial_fib(n - 1) + serial_fib(n - 2)
    }
}

/// Below this many numbers the standard library sorts.
const SORTED_ALONE: usize = 4096;

/// Sorts `data`; `room` is as long and is written over.
#[task]
fn merge_sort(data: &mut [u64], room: &mut [u64]) -> Result<()> {
    if data.len() <= SORTED_ALONE {
        data.sort_unstable();
        return Ok(());
    }
    let middle = data.len() / 2;
    let (left, right) = data.split_at_mut(middle);
    let (left_room, right_room) = room.split_at_mut(middle);
    dag! {
        merge_sort(left, left_room)?;
        merge_sort(right, right_room)?;
    }?;
    merge(data, middle, room);
    Ok(())
}

fn serial_merge_sort(data: &mut [u64], room: &mut [u64]) {
    if data.len() <= SORTED_ALONE {
        return data.sort_unstable();
    }
    let middle = data.len() / 2;
    serial_merge_sort(&mut data[..middle], &mut room[..middle]);
    serial_merge_sort(&mut data[middle..], &mut room[middle..]);
    merge(data, middle, room);
}

/// Merges the sorted halves `data[..middle]` and `data[middle..]`.
fn merge(data: &mut [u64], middle: usize, room: &mut [u64]) {
    room.copy_from_slice(data);
    let (mut left, mut right) = (
        room[..middle].iter().peekable(),
        room[middle..].iter().peekable(),
    );
    for place in data {
        let from_left = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a <= b,
            (a, _) => a.is_some(),
        };
        let next = if from_left { left.next() } else { right.next() };
        *place = next.copied().unwrap_or_default();
    }
}

/// A board with queens on its first rows, as bit sets of attacked columns.
#[derive(Clone, Copy)]
struct Board {
    size: u32,
    row: u32,
    columns: u32,
    /// Diagonals, shifted by one a row.
    falling: u32,
    rising: u32,
}

impl Board {
    fn empty(size: u32) -> Board {
        Board {
            size,
            row: 0,
            columns: 0,
            falling: 0,
            rising: 0,
        }
    }

    /// The columns of the next row that no queen attacks, a bit each.
    fn free(&self) -> u32 {
        !(self.columns | self.falling | self.rising) & ((1 << self.size) - 1)
    }

    fn with_queen(&self, bit: u32) -> Board {
        Board {
            row: self.row + 1,
            columns: self.columns | bit,
            falling: (self.falling | bit) << 1,
            rising: (self.rising | bit) >> 1,
            ..*self
        }
    }
}

/// Counts the solutions that place the next row's queen on one of the columns `free`: half of them here, half there.
#[task]
fn queens(board: Board, free: u32) -> Result<u64> {
    match free.count_ones() {
        0 => Ok(0),
        1 => {
            let next = board.with_queen(free);
            if next.row == next.size {
                Ok(1)
            } else {
                queens(next, next.free())
            }
        }
        _ => {
            let lowest = free & free.wrapping_neg();
            dag! {
                let here = queens(board, lowest)?;
                let there = queens(board, free ^ lowest)?;
                here + there
            }
        }
    }
}

fn serial_queens(board: Board) -> u64 {
    if board.row == board.size {
        return 1;
    }
    let mut free = board.free();
    let mut count = 0;
    while free != 0 {
        let bit = free & free.wrapping_neg();
        count += serial_queens(board.with_queen(bit));
        free ^= bit;
    }
    count
}

#[dagger::main]
fn main() -> Result<()> {
    let sizes = Sizes::from_arguments(std::env::args().skip(1))?;
    println!(
        "{:<24} {:>10} {:>10} {:>9}",
        "", "serial", "dag!", "speed-up"
    );

    let (expected, serial) = timed(|| serial_fib(sizes.fib));
    let (found, parallel) = timed(|| fib(sizes.fib));
    let found = found?;
    assert_eq!(found, expected);
    row(&format!("fib({}) = {found}", sizes.fib), serial, parallel);

    let unsorted = numbers(sizes.sort);
    let mut room = vec![0; unsorted.len()];
    let mut expected = unsorted.clone();
    let ((), serial) = timed(|| serial_merge_sort(&mut expected, &mut room));
    let mut found = unsorted;
    let (sorted, parallel) = timed(|| merge_sort(&mut found, &mut room));
    sorted?;
    assert!(found == expected && found.is_sorted());
    row(&format!("sort {} numbers", sizes.sort), serial, parallel);

    let board = Board::empty(sizes.queens);
    let (expected, serial) = timed(|| serial_queens(board));
    let (found, parallel) = timed(|| queens(board, board.free()));
    let found = found?;
    assert_eq!(found, expected);
    row(
        &format!("{} queens: {found}", sizes.queens),
        serial,
        parallel,
    );
    Ok(())
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}

fn row(what: &str, serial: Duration, parallel: Duration) {
    let ratio = serial.as_secs_f64() / parallel.as_secs_f64();
    println!("{what:<24} {serial:>10.2?} {parallel:>10.2?} {ratio:>8.2}×");
}

/// The same unsorted numbers every time.
fn numbers(count: usize) -> Vec<u64> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..count).map(|_| random.u64(..)).collect()
}

/// How large the problems are.
struct Sizes {
    fib: u64,
    sort: usize,
    queens: u32,
}

impl Sizes {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Sizes> {
        let usage =
            || dagger::Error::msg("use: fork_join [--fib N] [--sort COUNT] [--queens 1..16]");
        let mut sizes = Sizes {
            fib: 36,
            sort: 2_000_000,
            queens: 13,
        };
        while let Some(option) = arguments.next() {
            let value: u64 = arguments
                .next()
                .and_then(|value| value.parse().ok())
                .ok_or_else(usage)?;
            match option.as_str() {
                "--fib" => sizes.fib = value,
                "--sort" => sizes.sort = value as usize,
                "--queens" if (1..=16).contains(&value) => sizes.queens = value as u32,
                _ => return Err(usage()),
            }
        }
        Ok(sizes)
    }
}
