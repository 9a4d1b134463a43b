//! Cells 20 to 26: the sum of 10240 × 10240 random numbers, about 800 MiB, in blocks of 1024 × 1024.
//!
//! In the tutorial the array in blocks was slower than one thread. Here it must be as fast as memory allows: it beats the serial sum and
//! keeps up with threads that were written by hand.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array2, Ix2};
use std::thread;
use std::time::{Duration, Instant};

/// Elements along an edge of the array, and of a block.
const EDGE: usize = 10240;
const BLOCK: usize = 1024;

/// The best of a few runs, and the result.
fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let timed = |run: &mut dyn FnMut() -> T| {
        let clock = Instant::now();
        let value = run();
        (clock.elapsed(), value)
    };
    let first = timed(&mut run);
    (0..4).fold(first, |best, _| {
        let next = timed(&mut run);
        if next.0 < best.0 { next } else { best }
    })
}

/// What somebody would write without a library: a piece for every thread.
fn sum_by_hand(numbers: &[f64], threads: usize) -> f64 {
    let piece = numbers.len().div_ceil(threads);
    thread::scope(|scope| {
        let sums: Vec<_> = numbers
            .chunks(piece)
            .map(|piece| scope.spawn(move || sum_in_lanes(piece)))
            .collect();
        sums.into_iter()
            .map(|sum| sum.join().unwrap_or(f64::NAN))
            .sum()
    })
}

fn sum_in_lanes(numbers: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    let (rows, rest) = numbers.as_chunks::<16>();
    for row in rows {
        for (lane, number) in lanes.iter_mut().zip(row) {
            *lane += number;
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

pub(crate) fn show() -> Result<()> {
    let a = DArray::<f64, Ix2>::random([EDGE, EDGE], Blocks([BLOCK, BLOCK]));
    a.wait()?;
    println!(
        "a: {:?}, {:.0} MiB",
        a.layout(),
        (a.len() * 8) as f64 / 1_048_576.0
    );
    let (blocks_time, sum) = best(|| a.sum().fetch());
    let sum = sum?;

    let local: Array2<f64> = a.collect()?;
    drop(a);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let numbers = local.as_slice().unwrap_or_default();
    let (serial_time, serial) = best(|| local.sum());
    let (hand_time, by_hand) = best(|| sum_by_hand(numbers, threads));
    for (what, time) in [
        ("ndarray, one thread", serial_time),
        ("threads by hand", hand_time),
        ("array in blocks", blocks_time),
    ] {
        let speed = (local.len() * 8) as f64 / time.as_secs_f64() / 1e9;
        println!("{what:<20} {time:>9.2?}  {speed:>5.1} GB/s");
    }
    for other in [serial, by_hand] {
        assert!((sum - other).abs() <= 1e-9 * sum.abs(), "{sum} and {other}");
    }
    println!("the sums agree: {sum:.3}");
    Ok(())
}
