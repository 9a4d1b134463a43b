//! The product of two square matrices by recursion into quadrants.
//!
//! A matrix is stored as its four quadrants, one after the other, each stored the same way, down to tiles of 64 × 64 in
//! rows. So every part of the recursion is a plain slice. All contenders share the product of two tiles; what
//! differs is who runs it where.

use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use chili::Scope;

use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit, time};
use crate::peers::{chili_pool, openmp, rayon_pool, tbb};

/// The rows of a tile.
const TILE: usize = 64;

/// Nanoseconds a product of two tiles, in a matrix of 1024 rows.
pub fn question(effort: Effort) -> Question {
    let size: usize = effort.size(1024, 256);
    let unit = Unit::nanoseconds("tile product", (size / TILE).pow(3) as u64);
    let how = "C = A·B in f64 by recursion into quadrants: four products side by side, then the other four, down to \
               tiles of 64 × 64, whose product is the same function for everybody. Time divided by the number of tile \
               products.";
    Question::new(
        format!("fork-join/matmul {size}"),
        unit,
        how,
        move |threads| line_up(size, threads),
    )
    .aim(Goal::LevelWith("chili"))
    .aim(Goal::LevelWith("rayon join"))
}

fn line_up(size: usize, threads: usize) -> LineUp {
    let matrices = Rc::new(Matrices::new(size));
    LineUp::new()
        .ours(matrices.contender(move |matrices, c, batch| {
            crate::ours::sample(threads, batch, &(), || {
                c.fill(0.0);
                ours::multiply(&matrices.a, &matrices.b, c);
            })
        }))
        .peer(
            "chili",
            matrices.contender(move |matrices, c, batch| {
                chili_pool::sample(threads, batch, &(), |scope| {
                    c.fill(0.0);
                    with_chili(scope, &matrices.a, &matrices.b, c);
                })
            }),
        )
        .peer(
            "rayon join",
            matrices.contender(move |matrices, c, batch| {
                rayon_pool::sample(threads, batch, &(), || {
                    c.fill(0.0);
                    with_rayon(&matrices.a, &matrices.b, c);
                })
            }),
        )
        .peer(
            "oneTBB parallel_invoke",
            matrices.contender(move |matrices, c, batch| {
                tbb::matmul(batch, threads, matrices.product(c))
            }),
        )
        .peer(
            "OpenMP tasks",
            matrices.contender(move |matrices, c, batch| {
                openmp::matmul(batch, threads, matrices.product(c))
            }),
        )
        .serial(
            "serial",
            matrices.contender(|matrices, c, batch| {
                time(batch, &(), || {
                    c.fill(0.0);
                    serial(&matrices.a, &matrices.b, c);
                })
            }),
        )
}

/// A product as C++ sees it; `struct Product` in `benches/cpp/sample.hpp`.
#[repr(C)]
pub struct ForeignProduct<'a> {
    size: u64,
    tile: u64,
    a: *const f64,
    b: *const f64,
    c: *mut f64,
    leaf: unsafe extern "C" fn(*const f64, *const f64, *mut f64),
    lifetime: PhantomData<&'a mut [f64]>,
}

/// The factors.
struct Matrices {
    size: usize,
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Matrices {
    /// Factors of small whole numbers, so that sums are exact in any order.
    fn new(size: usize) -> Matrices {
        let entries = |step: usize, modulus: usize| {
            (0..size * size)
                .map(|index| ((index * step) % modulus) as f64 - 3.0)
                .collect()
        };
        Matrices {
            size,
            a: entries(7, 11),
            b: entries(5, 13),
        }
    }

    /// A contender with a result matrix of its own, which is checked after every sample.
    fn contender(
        self: &Rc<Self>,
        mut sample: impl FnMut(&Matrices, &mut [f64], Batch) -> Result<Duration, Failure> + 'static,
    ) -> impl FnMut(Batch) -> Result<Duration, Failure> + 'static {
        let matrices = Rc::clone(self);
        let mut c = vec![0.0; matrices.size * matrices.size];
        move |batch| {
            c.fill(f64::NAN);
            let elapsed = sample(&matrices, &mut c, batch)?;
            matrices.check(&c)?;
            Ok(elapsed)
        }
    }

    /// Compares `c · v` with `a · (b · v)` (Freivalds, 1977), exactly, for a vector of different small numbers.
    fn check(&self, c: &[f64]) -> Result<(), Failure> {
        let vector: Vec<f64> = (0..self.size)
            .map(|index| (index % 17) as f64 - 8.0)
            .collect();
        let expected = self.apply(&self.a, &self.apply(&self.b, &vector));
        match self
            .apply(c, &vector)
            .iter()
            .zip(&expected)
            .position(|(value, expected)| value != expected)
        {
            None => Ok(()),
            Some(row) => Err(Failure::Wrong(format!(
                "row {row} of the product is not the product of the factors"
            ))),
        }
    }

    /// The product of a matrix in quadrants and a vector.
    fn apply(&self, matrix: &[f64], vector: &[f64]) -> Vec<f64> {
        fn add(matrix: &[f64], vector: &[f64], result: &mut [f64]) {
            let size = vector.len();
            if size == TILE {
                for (row, result) in matrix.chunks_exact(TILE).zip(result) {
                    *result += row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
                }
                return;
            }
            let [m11, m12, m21, m22] = quadrants(matrix);
            let (left, right) = vector.split_at(size / 2);
            let (upper, lower) = result.split_at_mut(size / 2);
            add(m11, left, upper);
            add(m12, right, upper);
            add(m21, left, lower);
            add(m22, right, lower);
        }
        let mut result = vec![0.0; self.size];
        add(matrix, vector, &mut result);
        result
    }

    /// The factors and `c` as C++ wants them.
    fn product<'a>(&'a self, c: &'a mut [f64]) -> ForeignProduct<'a> {
        ForeignProduct {
            size: self.size as u64,
            tile: TILE as u64,
            a: self.a.as_ptr(),
            b: self.b.as_ptr(),
            c: c.as_mut_ptr(),
            leaf: foreign_leaf,
            lifetime: PhantomData,
        }
    }
}

/// The quadrants of a matrix: upper left, upper right, lower left, lower right.
fn quadrants(matrix: &[f64]) -> [&[f64]; 4] {
    let (upper, lower) = matrix.split_at(matrix.len() / 2);
    let (upper_left, upper_right) = upper.split_at(upper.len() / 2);
    let (lower_left, lower_right) = lower.split_at(lower.len() / 2);
    [upper_left, upper_right, lower_left, lower_right]
}

/// The same, to write to.
fn quadrants_mut(matrix: &mut [f64]) -> [&mut [f64]; 4] {
    let (upper, lower) = matrix.split_at_mut(matrix.len() / 2);
    let (upper_left, upper_right) = upper.split_at_mut(upper.len() / 2);
    let (lower_left, lower_right) = lower.split_at_mut(lower.len() / 2);
    [upper_left, upper_right, lower_left, lower_right]
}

/// `c += a · b` for tiles in rows.
#[inline(never)]
fn leaf(a: &[f64], b: &[f64], c: &mut [f64]) {
    for (row, c) in a.chunks_exact(TILE).zip(c.chunks_exact_mut(TILE)) {
        for (&factor, b) in row.iter().zip(b.chunks_exact(TILE)) {
            for (c, b) in c.iter_mut().zip(b) {
                *c += factor * b;
            }
        }
    }
}

/// [`leaf`] for C++.
///
/// # Safety
/// All three point to tiles, and nobody else uses `c` during the call.
unsafe extern "C" fn foreign_leaf(a: *const f64, b: *const f64, c: *mut f64) {
    const LENGTH: usize = TILE * TILE;
    // SAFETY: the caller vouches for tiles of this length, and for `c` being ours alone.
    let (a, b, c) = unsafe {
        (
            std::slice::from_raw_parts(a, LENGTH),
            std::slice::from_raw_parts(b, LENGTH),
            std::slice::from_raw_parts_mut(c, LENGTH),
        )
    };
    leaf(a, b, c);
}

mod ours {
    use dagger::prelude::*;

    use super::{TILE, leaf, quadrants, quadrants_mut};

    #[task]
    pub(super) fn multiply(a: &[f64], b: &[f64], c: &mut [f64]) {
        if c.len() == TILE * TILE {
            return leaf(a, b, c);
        }
        let [a11, a12, a21, a22] = quadrants(a);
        let [b11, b12, b21, b22] = quadrants(b);
        let [c11, c12, c21, c22] = quadrants_mut(c);
        dag! {
            multiply(a11, b11, &mut *c11);
            multiply(a11, b12, &mut *c12);
            multiply(a21, b11, &mut *c21);
            multiply(a21, b12, &mut *c22);
            multiply(a12, b21, c11);
            multiply(a12, b22, c12);
            multiply(a22, b21, c21);
            multiply(a22, b22, c22);
        }
        .expect("no node fails")
    }
}

fn with_chili(scope: &mut Scope<'_>, a: &[f64], b: &[f64], c: &mut [f64]) {
    if c.len() == TILE * TILE {
        return leaf(a, b, c);
    }
    let [a11, a12, a21, a22] = quadrants(a);
    let [b11, b12, b21, b22] = quadrants(b);
    let [c11, c12, c21, c22] = quadrants_mut(c);
    for ([left, lower_left], [upper, right]) in [([a11, a21], [b11, b12]), ([a12, a22], [b21, b22])]
    {
        scope.join(
            |scope| {
                scope.join(
                    |s| with_chili(s, left, upper, c11),
                    |s| with_chili(s, left, right, c12),
                )
            },
            |scope| {
                scope.join(
                    |s| with_chili(s, lower_left, upper, c21),
                    |s| with_chili(s, lower_left, right, c22),
                )
            },
        );
    }
}

fn with_rayon(a: &[f64], b: &[f64], c: &mut [f64]) {
    if c.len() == TILE * TILE {
        return leaf(a, b, c);
    }
    let [a11, a12, a21, a22] = quadrants(a);
    let [b11, b12, b21, b22] = quadrants(b);
    let [c11, c12, c21, c22] = quadrants_mut(c);
    for ([left, lower_left], [upper, right]) in [([a11, a21], [b11, b12]), ([a12, a22], [b21, b22])]
    {
        rayon::join(
            || {
                rayon::join(
                    || with_rayon(left, upper, c11),
                    || with_rayon(left, right, c12),
                )
            },
            || {
                rayon::join(
                    || with_rayon(lower_left, upper, c21),
                    || with_rayon(lower_left, right, c22),
                )
            },
        );
    }
}

fn serial(a: &[f64], b: &[f64], c: &mut [f64]) {
    if c.len() == TILE * TILE {
        return leaf(a, b, c);
    }
    let [a11, a12, a21, a22] = quadrants(a);
    let [b11, b12, b21, b22] = quadrants(b);
    let [c11, c12, c21, c22] = quadrants_mut(c);
    for ([left, lower_left], [upper, right]) in [([a11, a21], [b11, b12]), ([a12, a22], [b21, b22])]
    {
        serial(left, upper, c11);
        serial(left, right, c12);
        serial(lower_left, upper, c21);
        serial(lower_left, right, c22);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_tells_a_product_from_anything_else() {
        let matrices = Matrices::new(2 * TILE);
        let mut c = vec![0.0; 4 * TILE * TILE];
        serial(&matrices.a, &matrices.b, &mut c);
        assert_eq!(matrices.check(&c), Ok(()));
        c[5 * TILE + 3] += 1.0;
        assert!(matrices.check(&c).is_err());
        with_rayon(&matrices.a, &matrices.b, &mut c);
        assert!(matrices.check(&c).is_err());
        c.fill(0.0);
        with_rayon(&matrices.a, &matrices.b, &mut c);
        assert_eq!(matrices.check(&c), Ok(()));
    }

    #[test]
    fn a_tile_product_is_the_sum_over_rows_and_columns() {
        let matrices = Matrices::new(TILE);
        let mut c = vec![1.0; TILE * TILE];
        leaf(&matrices.a, &matrices.b, &mut c);
        let (row, column) = (5, 9);
        let sum: f64 = (0..TILE)
            .map(|k| matrices.a[row * TILE + k] * matrices.b[k * TILE + column])
            .sum();
        assert_eq!(c[row * TILE + column], sum + 1.0);
    }
}
