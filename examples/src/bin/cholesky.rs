//! Tiled Cholesky factorisation: the textbook loop nest, run as a graph.
//!
//! ```text
//! cargo run --release -p examples --bin cholesky
//! cargo run --release -p examples --bin cholesky -- --size 3000 --tile 192 --svg graph.svg
//! DAGGER_TRACE=cholesky.json cargo run --release -p examples --bin cholesky      # open it at ui.perfetto.dev
//! ```
//!
//! A symmetric positive definite matrix A is cut into square tiles (the last ones smaller, where the size does not divide
//! evenly) and factorised into L·Lᵀ. The graph is the loop nest one would write anyway: the borrows `&a[(i, k)]` and
//! `&mut a[(i, j)]` say which tile task needs which. The item form gives it a name, so that it can be unfolded once
//! (`prepare`) and run many times. The graph of a small case is drawn as an SVG.
//!
//! The result is checked: ‖L·Lᵀ − A‖ / (‖A‖·N·ε) in the Frobenius norm, which is well below 1 for a sound factorisation
//! (the criterion of the LINPACK and ScaLAPACK tests).

// xtask-args: --size 300 --tile 64

use dagger::prelude::*;
use nalgebra::DMatrix;
use std::fmt;
use std::ops::{Index, IndexMut};
use std::time::{Duration, Instant};

type Tile = DMatrix<f64>;

/// The lower triangle of a symmetric matrix, in tiles. Nothing here knows of tasks.
#[derive(Clone)]
struct Tiles {
    size: usize,
    tile: usize,
    /// Tile rows, which are also tile columns.
    count: usize,
    tiles: Vec<Tile>,
}

impl Tiles {
    /// Cuts the lower triangle of `matrix` into tiles of at most `tile` rows and columns.
    fn cut(matrix: &DMatrix<f64>, tile: usize) -> Tiles {
        let size = matrix.nrows();
        let count = size.div_ceil(tile);
        let length = |index: usize| tile.min(size - index * tile);
        let positions = (0..count).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let tiles = positions
            .map(|(i, j)| {
                matrix
                    .view((i * tile, j * tile), (length(i), length(j)))
                    .into_owned()
            })
            .collect();
        Tiles {
            size,
            tile,
            count,
            tiles,
        }
    }

    /// Takes a tile out and leaves an empty one.
    fn take(&mut self, position: (usize, usize)) -> Tile {
        std::mem::replace(&mut self[position], Tile::zeros(0, 0))
    }

    /// The lower triangular matrix these tiles are.
    fn lower(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.size, self.size);
        for i in 0..self.count {
            for j in 0..=i {
                let tile = &self[(i, j)];
                matrix
                    .view_mut((i * self.tile, j * self.tile), tile.shape())
                    .copy_from(tile);
            }
        }
        matrix.lower_triangle()
    }
}

impl Index<(usize, usize)> for Tiles {
    type Output = Tile;
    fn index(&self, (i, j): (usize, usize)) -> &Tile {
        &self.tiles[i * (i + 1) / 2 + j]
    }
}

impl IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut Tile {
        &mut self.tiles[i * (i + 1) / 2 + j]
    }
}

/// A diagonal tile that has no factor.
#[derive(Debug)]
struct NotPositiveDefinite;

impl fmt::Display for NotPositiveDefinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the matrix is not positive definite")
    }
}

impl std::error::Error for NotPositiveDefinite {}

/// Fetches a tile of the input.
#[task]
fn load(from: &Tile, to: &mut Tile) {
    to.copy_from(from);
}

/// Factorises a diagonal tile in place.
#[task]
fn potrf(a: &mut Tile) -> Result<(), NotPositiveDefinite> {
    let factor = std::mem::replace(a, Tile::zeros(0, 0))
        .cholesky()
        .ok_or(NotPositiveDefinite)?;
    *a = factor.unpack();
    Ok(())
}

/// Solves X·Lᵀ = A for a tile below the diagonal, in place.
#[task]
fn trsm(l: &Tile, a: &mut Tile) {
    let mut transposed = a.transpose();
    // The diagonal of a factor has no zeros, so there is always a solution.
    l.solve_lower_triangular_mut(&mut transposed);
    a.tr_copy_from(&transposed);
}

/// Updates a diagonal tile: C ← C − A·Aᵀ.
#[task]
fn syrk(a: &Tile, c: &mut Tile) {
    c.gemm(-1.0, a, &a.transpose(), 1.0);
}

/// Updates any other tile: C ← C − A·Bᵀ.
#[task]
fn gemm(a: &Tile, b: &Tile, c: &mut Tile) {
    c.gemm(-1.0, a, &b.transpose(), 1.0);
}

dag! {
    /// Factorises `input` into `a`.
    fn cholesky(input: &Tiles, a: &mut Tiles, nt: usize) {
        for i in 0..nt {
            for j in 0..i + 1 {
                load(&input[(i, j)], &mut a[(i, j)]);
            }
        }
        for k in 0..nt {
            potrf(&mut a[(k, k)])?;
            for i in k + 1..nt {
                trsm(&a[(k, k)], &mut a[(i, k)]);
            }
            for i in k + 1..nt {
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i {
                    gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]);
                }
            }
        }
    }
}

/// The same loop nest without `dag!`.
fn serial_cholesky(input: &Tiles, a: &mut Tiles) -> Result<(), NotPositiveDefinite> {
    a.clone_from(input);
    for k in 0..a.count {
        potrf(&mut a[(k, k)])?;
        // Plain Rust cannot see that two elements of `a` are different ones, so the column is taken out meanwhile.
        let mut column: Vec<Tile> = (k..a.count).map(|i| a.take((i, k))).collect();
        let (diagonal, below) = column.split_at_mut(1);
        for tile in below.iter_mut() {
            trsm(&diagonal[0], tile);
        }
        for (i, left) in below.iter().enumerate() {
            syrk(left, &mut a[(k + 1 + i, k + 1 + i)]);
            for (j, right) in below[..i].iter().enumerate() {
                gemm(left, right, &mut a[(k + 1 + i, k + 1 + j)]);
            }
        }
        for (i, tile) in (k..a.count).zip(column) {
            a[(i, k)] = tile;
        }
    }
    Ok(())
}

#[dagger::main]
fn main() -> Result<()> {
    let request = Request::from_arguments(std::env::args().skip(1))?;
    let matrix = positive_definite(request.size);
    let input = Tiles::cut(&matrix, request.tile);
    let nt = input.count;
    let last = request.size - (nt - 1) * request.tile;
    println!(
        "{0} × {0}, tiles of {1}: {nt} × {nt} tiles, the last of {last}",
        request.size, request.tile
    );

    let mut expected = input.clone();
    let serial = best_of_three(|| Ok(serial_cholesky(&input, &mut expected)?))?;

    let mut a = input.clone();
    let unfolding = best_of_three(|| cholesky::run(&input, &mut a, nt))?;
    check(&matrix, &a, &expected)?;

    let mut again = input.clone();
    let started = Instant::now();
    let prepared = cholesky::prepare(&input, &mut again, nt)?;
    let preparation = started.elapsed();
    let tasks = prepared.len();
    let rerun = best_of_three(|| prepared.run())?;
    drop(prepared);
    check(&matrix, &again, &expected)?;

    let row = |what: &str, time: Duration| {
        let gflops = (request.size as f64).powi(3) / 3.0 / time.as_secs_f64() / 1e9;
        let ratio = serial.as_secs_f64() / time.as_secs_f64();
        println!("{what:<24} {time:>10.2?} {gflops:>8.2} GFLOP/s {ratio:>6.2}×");
    };
    row("serial loops", serial);
    row("dag!, unfolding anew", unfolding);
    row("dag!, prepared", rerun);
    println!("{tasks} tasks unfolded in {preparation:.2?}");
    println!("residual ‖LLᵀ−A‖/(‖A‖Nε) = {:.2e}", residual(&matrix, &a));
    std::fs::write(&request.svg, picture()?)?;
    println!(
        "the graph of {DRAWN} × {DRAWN} tiles is drawn in {}",
        request.svg
    );
    Ok(())
}

/// Tiles in a row and in a column of the graph that is drawn.
const DRAWN: usize = 5;

/// Draws what ran for a small matrix: its tasks and what each waited for.
fn picture() -> Result<String> {
    let input = Tiles::cut(&positive_definite(8 * DRAWN), 8);
    let mut a = input.clone();
    let prepared = cholesky::prepare(&input, &mut a, DRAWN)?;
    let recorder = dagger::observe::record();
    prepared.run()?;
    let name = format!("Cholesky, {DRAWN} × {DRAWN} tiles");
    Ok(recorder.finish().graph(&name).to_svg())
}

/// The shortest of three runs.
fn best_of_three(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        run()?;
        best = best.min(started.elapsed());
    }
    Ok(best)
}

/// Fails unless the factor is right, and the same to the last bit as the serial one.
fn check(matrix: &DMatrix<f64>, a: &Tiles, expected: &Tiles) -> Result<()> {
    let residual = residual(matrix, a);
    if residual > 1.0 {
        return Err(Error::msg(format!(
            "the factor is wrong: its residual is {residual:.2e}"
        )));
    }
    if a.lower() != expected.lower() {
        return Err(Error::msg("the factor differs from the serial one"));
    }
    Ok(())
}

/// ‖L·Lᵀ − A‖ / (‖A‖·N·ε), in the Frobenius norm.
fn residual(matrix: &DMatrix<f64>, factor: &Tiles) -> f64 {
    let lower = factor.lower();
    let difference = &lower * lower.transpose() - matrix;
    difference.norm() / (matrix.norm() * matrix.nrows() as f64 * f64::EPSILON)
}

/// A symmetric matrix whose diagonal outweighs its rows: positive definite. The same every time.
fn positive_definite(size: usize) -> DMatrix<f64> {
    let mut random = fastrand::Rng::with_seed(11);
    let mut matrix = DMatrix::zeros(size, size);
    for j in 0..size {
        for i in j..size {
            let value = random.f64() - 0.5;
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
        matrix[(j, j)] += size as f64;
    }
    matrix
}

/// What the command line asks for.
struct Request {
    size: usize,
    tile: usize,
    svg: String,
}

impl Request {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Request> {
        let usage = || Error::msg("use: cholesky [--size N] [--tile N] [--svg FILE]");
        let mut request = Request {
            size: 2000,
            tile: 128,
            svg: "cholesky-graph.svg".into(),
        };
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or_else(usage)?;
            let number = || {
                value
                    .parse()
                    .ok()
                    .filter(|&number: &usize| number > 0)
                    .ok_or_else(usage)
            };
            match option.as_str() {
                "--size" => request.size = number()?,
                "--tile" => request.tile = number()?,
                "--svg" => request.svg = value,
                _ => return Err(usage()),
            }
        }
        Ok(request)
    }
}
