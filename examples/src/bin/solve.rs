//! A system of equations, solved on every core: Cholesky, with the residual printed.
//!
//! ```text
//! cargo run --release -p examples --bin solve
//! cargo run --release -p examples --bin solve -- --size 6000 --block 300
//! ```
//!
//! Measurements at random places are to be joined by a smooth curve (Gaussian process regression). The weights of the curve solve
//! `A·w = y`, where `A[i, j]` falls with the distance between places `i` and `j`: a symmetric positive definite matrix. It
//! is made in blocks, factored in blocks, and never seen as a whole by the code below.

// xtask-args: --size 500 --block 150

use dagger::array::*;
use ndarray::{Ix1, Ix2};
use std::time::Instant;

#[dagger::main]
fn main() -> dagger::Result<()> {
    let size = argument("--size").unwrap_or(3000);
    let block = argument("--block").unwrap_or(512);

    // Measurements: the sine of random places in 0..1, here given as arrays in blocks.
    let places = DArray::<f64, Ix1>::random([size], Blocks([block]));
    let values = places.map(|x| (6.0 * x).sin()).eval();

    // How alike two places are, for all pairs at once: a column against a row. Some noise on the diagonal.
    let column = places.reshape([size, 1]);
    let row = places.reshape([1, size]);
    let noise = DArray::<f64, Ix2>::from_fn([size, size], Blocks([block, block]), |(i, j)| {
        if i == j { 0.01 } else { 0.0 }
    });
    let alike = (&column - &row).map(|distance| (-50.0 * distance * distance).exp());
    let a = (&noise + &alike).eval();
    a.wait()?;

    // `A = L·Lᵀ`, then two triangular solves. Nothing waits here: these are tasks.
    let start = Instant::now();
    let factors = a.cholesky();
    let weights = factors.solve(&values);
    weights.wait()?;
    let seconds = start.elapsed().as_secs_f64();
    let operations = (size as f64).powi(3) / 3.0;
    println!(
        "{size} equations in blocks of {block}: {seconds:.3} s, {:.1} GFLOP/s",
        operations / seconds / 1e9
    );

    // How well the equations are solved: ‖A·w − y‖ / (‖A‖·‖w‖·n·ε), for which LAPACK's own tests allow 60.
    let rest = (&a.dot(&weights) - &values).eval().norm().fetch()?;
    let scale = a.norm().fetch()? * weights.norm().fetch()? * size as f64 * f64::EPSILON;
    println!("residual: {:.4} (sound below 60)", rest / scale);

    // The curve between the measurements is close to what was measured.
    let middle = DArray::<f64, Ix1>::from_fn([9], Blocks([9]), |i| (i + 1) as f64 / 10.0);
    let near = (&middle.reshape([9, 1]) - &row).map(|distance| (-50.0 * distance * distance).exp());
    let curve = near.eval().dot(&weights).collect()?;
    let largest = curve
        .iter()
        .zip(1..)
        .map(|(y, i)| (y - (0.6 * f64::from(i)).sin()).abs());
    println!(
        "the curve is off by at most {:.4}",
        largest.fold(0.0, f64::max)
    );

    // A matrix that is not positive definite is an error that says so, and where.
    let mut spoilt = a.clone();
    spoilt.set([size / 2, size / 2], -1.0)?;
    match spoilt.cholesky().l.wait() {
        Ok(()) => println!("nothing was wrong"),
        Err(error) => println!("with a bad diagonal: {error}"),
    }
    Ok(())
}

/// The number after an option on the command line.
fn argument(name: &str) -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}
