//! Arrays on several workers: where blocks are, what is made of them, and what has to move for it.
//!
//! ```text
//! cargo run --release -p examples --bin array_workers              # three workers in this process
//! cargo xtask mpirun -n 3 --bin array_workers                      # the same program as three MPI ranks
//! cargo run --release -p examples --bin array_workers -- 4096 512  # the array's edge, and its blocks'
//! ```
//!
//! Every result is compared with ndarray's, and the bytes that have moved with the fewest that can do. It writes two pictures,
//! `values.svg` and `workers.svg`.

// xtask-args: 240 40

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array2, Axis, Ix2, s};
use std::time::{Duration, Instant};

/// Runs once, and says how long it took and how many bytes of arrays have moved between workers.
fn measured<T>(what: &str, least: u64, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let before = dagger::traffic()?;
    let clock = Instant::now();
    let value = run()?;
    let time = clock.elapsed();
    let moved = (dagger::traffic()? - before).total();
    report(what, time, moved.bulk_bytes, least);
    assert_eq!(
        moved.bulk_bytes, least,
        "{what} moves no more than it has to"
    );
    Ok(value)
}

fn report(what: &str, time: Duration, moved: u64, least: u64) {
    println!("{what:<34} {time:>10.2?}  {moved:>12} bytes moved, {least} have to");
}

/// Waits, so that making an array is not counted to what comes next.
fn ready(array: DArray<f64, Ix2>) -> Result<DArray<f64, Ix2>> {
    array.wait()?;
    Ok(array)
}

#[dagger::main(workers = 3, threads = 2)]
fn main() -> Result<()> {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let edge = numbers.first().copied().unwrap_or(1024);
    let block = numbers.get(1).copied().unwrap_or(128);
    let rows = || Blocks([block, block]).on(Placement::block_row());
    let columns = || Blocks([block, block]).on(Placement::block_column());

    let a = ready(DArray::random_with(1, [edge, edge], rows()))?;
    let b = ready(DArray::random_with(2, [edge, edge], rows()))?;
    let (local_a, local_b) = (random(edge, 1)?, random(edge, 2)?);
    println!("a: {a:.3}\n");

    let made = measured("a · 2 + b", 0, || ready((&a * 2.0 + &b).eval()))?;
    let mapped = measured("map(sqrt)", 0, || ready(a.map(f64::sqrt).eval()))?;
    let sum = measured("sum", 0, || a.sum().fetch())?;
    let largest = measured("argmax", 0, || a.argmax().fetch())?;
    let transposed = measured("transpose", 0, || ready(a.t()))?;
    let mut changed = a.clone();
    measured("in place, += b", 0, || {
        changed += &b;
        changed.wait()
    })?;
    // Along rows, which are all on one worker.
    let means = measured("mean of every row", 0, || {
        let means = a.mean_axis(Axis(1));
        means.wait()?;
        Ok(means)
    })?;

    // Every block whose row and column belong to different workers, once.
    let crossing = crossing(&a, &ready(b.rechunk(columns()))?);
    let dealt = measured("rechunk, from rows to columns", crossing, || {
        ready(a.rechunk(columns()))
    })?;
    let met = measured("rows + columns", crossing, || ready((&b + &dealt).eval()))?;

    // Each worker has its rows of the product, and needs the rows of `b` that it has not.
    let product = {
        let before = dagger::traffic()?;
        let clock = Instant::now();
        let product = ready(a.dot(&b))?;
        let moved = (dagger::traffic()? - before).total().bulk_bytes;
        let least = (workers() as u64 - 1) * (edge * edge * 8) as u64;
        report("product", clock.elapsed(), moved, least);
        product
    };

    assert_eq!(made.collect()?, &local_a * 2.0 + &local_b);
    assert_eq!(mapped.collect()?, local_a.mapv(f64::sqrt));
    assert!((sum - local_a.sum()).abs() <= 1e-9 * sum);
    let most = local_a.iter().copied().fold(0.0, f64::max);
    assert_eq!(local_a[largest], most);
    assert_eq!(transposed.collect()?, local_a.t());
    assert_eq!(changed.collect()?, &local_a + &local_b);
    assert_eq!(dealt.collect()?, local_a);
    assert_eq!(met.collect()?, &local_a + &local_b);
    let difference = means.collect()? - local_a.mean_axis(Axis(1)).unwrap_or_default();
    assert!(difference.iter().all(|x| x.abs() < 1e-12));
    let difference = product.collect()? - local_a.dot(&local_b);
    assert!(difference.iter().all(|x| x.abs() < 1e-9));
    let part = a.slice(s![1..;3, ..;-2]);
    assert_eq!(part.collect()?, local_a.slice(s![1..;3, ..;-2]));
    let wide = a.reshape([edge / 2, edge * 2]).collect()?;
    assert_eq!(wide.iter().ne(local_a.iter()), edge % 2 == 1);
    println!("all of it is what ndarray makes of it");

    DArray::<f64, Ix2>::from_fn([edge, edge], rows(), ripples)
        .heat_map()?
        .save("values.svg")?;
    a.rechunk(Blocks([block, block]).on(Placement::cyclic(1)))
        .worker_map()?
        .save("workers.svg")?;
    println!("pictures: values.svg, workers.svg");
    Ok(())
}

/// Rings around a point, for the picture.
fn ripples((i, j): (usize, usize)) -> f64 {
    let (y, x) = (i as f64 - 60.0, j as f64 - 90.0);
    (y.hypot(x) / 12.0).cos() * (-y.hypot(x) / 150.0).exp()
}

/// The same numbers in one piece: they depend on the seed and the shape alone.
fn random(edge: usize, seed: u64) -> Result<Array2<f64>> {
    DArray::random_with(
        seed,
        [edge, edge],
        Blocks([edge, edge]).on(Placement::worker(0)),
    )
    .collect()
}

/// How many bytes the blocks have that two arrays, cut alike, have on different workers.
fn crossing(one: &DArray<f64, Ix2>, other: &DArray<f64, Ix2>) -> u64 {
    let (one, other) = (one.layout(), other.layout());
    let mut bytes = 0;
    for number in 0..one.blocks() {
        if one.owner(number) != other.owner(number) {
            let position = [number / one.grid()[1], number % one.grid()[1]];
            let shape = one.place(&position).shape;
            bytes += shape[0] * shape[1] * 8;
        }
    }
    bytes as u64
}
