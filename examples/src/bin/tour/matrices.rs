//! Cells 8 to 10: 100 tasks, then 50 that each need all of the 100. Every task sums inverses of 100×100 matrices.
//!
//! The tutorial's version of this ran at half the speed of the serial program. Here it must give the very same numbers in
//! less time: on n idle cores nearly n times as fast.

use dagger::observe;
use dagger::prelude::*;
use nalgebra::DMatrix;
use std::time::Instant;

type Matrix = DMatrix<f64>;

const SIDE: usize = 100;
const FIRST: usize = 100;
const SECOND: usize = 50;

/// Sums the inverses of some matrices, and makes a matrix whose entries reach up to that sum. The random numbers depend on
/// `seed` alone, so the result does not depend on when and where this runs.
#[task]
fn some_function(seed: u64, i: usize, inputs: &[Matrix], output: &mut Matrix) {
    let mut total = 0.0;
    for input in inputs {
        let inverse = input.clone().try_inverse();
        total += i as f64 * inverse.map_or(0.0, |inverse| inverse.sum());
    }
    *output = random_matrix(seed, total.abs());
}

fn random_matrix(seed: u64, limit: f64) -> Matrix {
    let mut random = fastrand::Rng::with_seed(seed);
    Matrix::from_fn(SIDE, SIDE, |_, _| limit * random.f64())
}

/// One layer of results, still empty.
fn empty_layer(count: usize) -> Vec<Matrix> {
    vec![Matrix::zeros(0, 0); count]
}

fn serial(start: &[Matrix]) -> Vec<Matrix> {
    let (mut first, mut second) = (empty_layer(FIRST), empty_layer(SECOND));
    for (i, output) in first.iter_mut().enumerate() {
        some_function(i as u64, i + 1, start, output);
    }
    for (i, output) in second.iter_mut().enumerate() {
        some_function((FIRST + i) as u64, i + 1, &first, output);
    }
    second
}

/// The same two loops inside `dag!`: the borrows say that every task of the second loop needs all of the first.
fn parallel(start: &[Matrix]) -> Result<Vec<Matrix>> {
    let (mut first, mut second) = (empty_layer(FIRST), empty_layer(SECOND));
    dag! {
        for i in 0..FIRST {
            some_function(i as u64, i + 1, start, &mut first[i]);
        }
        for i in 0..SECOND {
            some_function((FIRST + i) as u64, i + 1, &first, &mut second[i]);
        }
    }?;
    Ok(second)
}

pub(crate) fn show() -> Result<()> {
    let start = [random_matrix(u64::MAX, 1.0)];

    let clock = Instant::now();
    let expected = serial(&start);
    let serial_time = clock.elapsed();

    let recorder = observe::record();
    let clock = Instant::now();
    let found = parallel(&start)?;
    let parallel_time = clock.elapsed();
    let recording = recorder.finish();

    assert!(found == expected, "the parallel run gave other numbers");
    println!(
        "{} tasks; each of the last {SECOND} needs all of the first {FIRST}: {} dependencies",
        recording.spans().len(),
        FIRST * SECOND
    );
    println!("serial  {serial_time:>9.2?}");
    println!(
        "dag!    {parallel_time:>9.2?}   {:.2}× as fast, on {} threads {:.0} % busy",
        serial_time.as_secs_f64() / parallel_time.as_secs_f64(),
        recording.utilisation().len(),
        recording.busy_fraction() * 100.0,
    );
    println!(
        "the same {SECOND} matrices to the last bit, first entry {:.6}",
        found[0][(0, 0)]
    );
    Ok(())
}
