//! Tiled Cholesky factorisation on several workers: the textbook loop nest, and a line that says which worker has which tile.
//!
//! ```text
//! cargo run --release -p examples --bin cholesky_ranks -- 1200 120       # three workers inside the process
//! cargo xtask mpirun -n 3 --bin cholesky_ranks -- 1200 120               # three MPI ranks
//! ```
//!
//! The arguments are the size of the matrix and of its tiles. Tiles are dealt out over a grid of workers, as ScaLAPACK does it (block-cyclic in both directions),
//! and each task runs where the tile is that it changes. The driver sends each worker its part of the graph in one message; tiles then go from worker to
//! worker, each version to each worker that reads it, once.

// xtask-args: 300 64

use dagger::prelude::*;
use fastrand::Rng;
use ndarray::{Array2, Axis, s};
use std::ops::{Index, IndexMut};
use std::time::Instant;

type Tile = Array2<f64>;

/// The lower triangle of a symmetric matrix, in tiles.
#[derive(Clone)]
struct Tiles(Vec<Tile>);

impl Index<(usize, usize)> for Tiles {
    type Output = Tile;
    fn index(&self, (i, j): (usize, usize)) -> &Tile {
        &self.0[i * (i + 1) / 2 + j]
    }
}

impl IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut Tile {
        &mut self.0[i * (i + 1) / 2 + j]
    }
}

/// Factorises a diagonal tile in place.
#[task]
fn potrf(a: &mut Tile) -> Result<(), String> {
    for j in 0..a.nrows() {
        let known: f64 = (0..j).map(|k| a[(j, k)] * a[(j, k)]).sum();
        let pivot = a[(j, j)] - known;
        if pivot.is_nan() || pivot <= 0.0 {
            return Err("the matrix is not positive definite".to_owned());
        }
        a[(j, j)] = pivot.sqrt();
        for i in j + 1..a.nrows() {
            let known: f64 = (0..j).map(|k| a[(i, k)] * a[(j, k)]).sum();
            a[(i, j)] = (a[(i, j)] - known) / a[(j, j)];
            a[(j, i)] = 0.0;
        }
    }
    Ok(())
}

/// Solves X·Lᵀ = A for a tile below the diagonal, in place.
#[task]
fn trsm(l: &Tile, a: &mut Tile) {
    for mut row in a.axis_iter_mut(Axis(0)) {
        for j in 0..row.len() {
            let known = row.slice(s![..j]).dot(&l.slice(s![j, ..j]));
            row[j] = (row[j] - known) / l[(j, j)];
        }
    }
}

/// Updates a diagonal tile: C ← C − A·Aᵀ.
#[task]
fn syrk(a: &Tile, c: &mut Tile) {
    *c -= &a.dot(&a.t());
}

/// Updates any other tile: C ← C − A·Bᵀ.
#[task]
fn gemm(a: &Tile, b: &Tile, c: &mut Tile) {
    *c -= &a.dot(&b.t());
}

/// The worker that has a tile.
fn owner(i: usize, j: usize) -> usize {
    let workers = workers();
    let columns = (1..=workers)
        .filter(|columns| workers.is_multiple_of(*columns) && columns * columns <= workers)
        .max()
        .unwrap_or(1);
    let rows = workers / columns;
    i % rows * columns + j % columns
}

fn factorise(a: &mut Tiles, nt: usize) -> Result<()> {
    dag! {
        for k in 0..nt {
            #[on(worker = owner(k, k))]
            potrf(&mut a[(k, k)])?;
            for i in k + 1..nt {
                #[on(worker = owner(i, k))]
                trsm(&a[(k, k)], &mut a[(i, k)]);
            }
            for i in k + 1..nt {
                #[on(worker = owner(i, i))]
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i {
                    #[on(worker = owner(i, j))]
                    gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]);
                }
            }
        }
    }
}

/// How many tasks of the loop nest each worker has.
fn tasks(nt: usize) -> Vec<usize> {
    let mut tasks = vec![0; workers()];
    for i in 0..nt {
        for j in 0..=i {
            // One for each column before, and the last.
            tasks[owner(i, j)] += j + 1;
        }
    }
    tasks
}

#[dagger::main(workers = 3)]
fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|word| {
        let number = word.parse().ok().filter(|&number: &usize| number > 0);
        number.ok_or_else(|| Error::msg(format!("`{word}` is no size")))
    });
    let size = numbers.next().unwrap_or(Ok(1200))?;
    let tile = numbers.next().unwrap_or(Ok(120))?;
    let nt = size.div_ceil(tile);
    let matrix = positive_definite(size);
    let mut a = Tiles(Vec::new());
    for i in 0..nt {
        for j in 0..=i {
            let part = |index: usize| index * tile..((index + 1) * tile).min(size);
            a.0.push(matrix.slice(s![part(i), part(j)]).to_owned());
        }
    }
    println!(
        "{size} × {size}, {nt} × {nt} tiles of {tile}, on {} workers",
        workers()
    );

    let mut serial = a.clone();
    let start = Instant::now();
    factorise_serially(&mut serial, nt).map_err(Error::msg)?;
    println!("in a row on one thread: {:?}", start.elapsed());

    let before = dagger::traffic()?;
    let start = Instant::now();
    factorise(&mut a, nt)?;
    println!("on all workers:         {:?}", start.elapsed());
    let moved = dagger::traffic()? - before;

    for (worker, tasks) in tasks(nt).into_iter().enumerate() {
        let sent = (0..workers())
            .filter(|&to| to != worker)
            .map(|to| moved.between(worker, to));
        let (messages, bytes) = sent.fold((0, 0), |(messages, bytes), link| {
            (
                messages + link.messages,
                bytes + link.head_bytes + link.bulk_bytes,
            )
        });
        println!(
            "worker {worker}: {tasks} tasks; sent {messages} messages, {} KiB",
            bytes / 1024
        );
    }
    let equal =
        a.0.iter()
            .zip(&serial.0)
            .all(|(ours, theirs)| ours == theirs);
    assert!(equal, "the same operations give the same bits");
    println!("the bits are those of the serial loops");
    Ok(())
}

/// The same loop nest without `dag!`.
fn factorise_serially(a: &mut Tiles, nt: usize) -> Result<(), String> {
    for k in 0..nt {
        potrf(&mut a[(k, k)])?;
        for i in k + 1..nt {
            // Plain Rust cannot see that two elements of `a` are different ones.
            let diagonal = a[(k, k)].clone();
            trsm(&diagonal, &mut a[(i, k)]);
        }
        for i in k + 1..nt {
            let left = a[(i, k)].clone();
            syrk(&left, &mut a[(i, i)]);
            for j in k + 1..i {
                let right = a[(j, k)].clone();
                gemm(&left, &right, &mut a[(i, j)]);
            }
        }
    }
    Ok(())
}

fn positive_definite(size: usize) -> Array2<f64> {
    let mut rng = Rng::with_seed(5);
    let mut matrix = Array2::zeros((size, size));
    for i in 0..size {
        for j in 0..i {
            let value = rng.f64() - 0.5;
            (matrix[(i, j)], matrix[(j, i)]) = (value, value);
        }
        matrix[(i, i)] = size as f64;
    }
    matrix
}
