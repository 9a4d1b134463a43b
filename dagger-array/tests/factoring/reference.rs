//! Random matrices, and how far from exact a result may be.
//!
//! Residuals are computed in complex numbers of double precision with ndarray's own product, whatever was factored.

use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array1, Array2, Ix2};
use num_complex::Complex;
use proptest::prelude::*;

use crate::cases;

/// What LAPACK's tests allow.
pub(crate) const LIMIT: f64 = 60.0;

pub(crate) type Wide = Array2<Complex<f64>>;

/// A number to test with.
pub(crate) trait Sample: Field {
    const EPSILON: f64;
    fn sample(real: f64, imaginary: f64) -> Self;
    fn wide(self) -> Complex<f64>;
}

impl Sample for f64 {
    const EPSILON: f64 = f64::EPSILON;
    fn sample(real: f64, _: f64) -> f64 {
        real
    }
    fn wide(self) -> Complex<f64> {
        self.into()
    }
}

impl Sample for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    fn sample(real: f64, _: f64) -> f32 {
        real as f32
    }
    fn wide(self) -> Complex<f64> {
        f64::from(self).into()
    }
}

impl Sample for Complex<f64> {
    const EPSILON: f64 = f64::EPSILON;
    fn sample(real: f64, imaginary: f64) -> Self {
        Complex::new(real, imaginary)
    }
    fn wide(self) -> Complex<f64> {
        self
    }
}

impl Sample for Complex<f32> {
    const EPSILON: f64 = f32::EPSILON as f64;
    fn sample(real: f64, imaginary: f64) -> Self {
        Complex::new(real as f32, imaginary as f32)
    }
    fn wide(self) -> Complex<f64> {
        Complex::new(f64::from(self.re), f64::from(self.im))
    }
}

/// A number in -1..1 that depends on place and seed alone.
fn number(i: usize, j: usize, seed: u64) -> f64 {
    let mut hash = (i as u64) << 32 ^ (j as u64) << 8 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d);
    for _ in 0..2 {
        hash = (hash ^ hash >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    (hash >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

pub(crate) fn matrix<T: Sample>(shape: [usize; 2], seed: u64) -> Array2<T> {
    Array2::from_shape_fn(shape, |(i, j)| {
        T::sample(number(i, j, seed), number(i, j, seed + 1))
    })
}

/// A positive definite matrix: Hermitian, with a strong diagonal.
pub(crate) fn positive<T: Sample>(side: usize, seed: u64) -> Array2<T> {
    Array2::from_shape_fn((side, side), |(i, j)| {
        let (low, high) = (i.max(j), i.min(j));
        let sign = if i < j { -1.0 } else { 1.0 };
        match i == j {
            true => T::sample(side as f64 + 1.0 + number(i, j, seed), 0.0),
            false => T::sample(number(low, high, seed), sign * number(low, high, seed + 1)),
        }
    })
}

pub(crate) fn wide<T: Sample>(matrix: &Array2<T>) -> Wide {
    matrix.mapv(T::wide)
}

pub(crate) fn adjoint(matrix: &Wide) -> Wide {
    matrix.t().mapv(|element| element.conj())
}

/// The greatest sum of absolute values of a column.
pub(crate) fn norm(matrix: &Wide) -> f64 {
    let sums = matrix
        .columns()
        .into_iter()
        .map(|column| column.iter().map(|x| x.norm()).sum());
    sums.fold(0.0, f64::max)
}

/// `‖difference‖ / (scale · n · ε)`, which must be at most [`LIMIT`]. NaN is more than that.
#[track_caller]
pub(crate) fn small<T: Sample>(difference: &Wide, scale: f64, what: &str) {
    let length = difference.nrows().max(difference.ncols()).max(1) as f64;
    let residual = norm(difference) / (scale.max(f64::MIN_POSITIVE) * length * T::EPSILON);
    let nothing = difference.iter().all(|element| element.norm() == 0.0);
    assert!(
        nothing || residual <= LIMIT,
        "{what}: residual {residual} for shape {:?}",
        difference.shape()
    );
}

/// `‖b − A·x‖ / (‖A‖·‖x‖·n·ε)`.
#[track_caller]
pub(crate) fn solves<T: Sample>(a: &Array2<T>, x: &Array2<T>, b: &Array2<T>) {
    let (a, x, b) = (wide(a), wide(x), wide(b));
    small::<T>(&(&b - &a.dot(&x)), norm(&a) * norm(&x), "solution");
}

/// Columns that are orthonormal: `‖I − QᴴQ‖ / (n·ε)`.
#[track_caller]
pub(crate) fn orthonormal<T: Sample>(q: &Array2<T>) {
    let q = wide(q);
    let product = adjoint(&q).dot(&q);
    let length = q.nrows().max(1) as f64 / q.ncols().max(1) as f64;
    small::<T>(
        &(product - Wide::eye(q.ncols())),
        length.max(1.0),
        "orthogonality",
    );
}

pub(crate) fn column<T: Sample>(vector: &Array1<T>) -> Array2<T> {
    vector.clone().insert_axis(ndarray::Axis(1))
}

/// Shapes: those of all operations, and some of several tiles and panels.
pub(crate) fn shape() -> impl Strategy<Value = [usize; 2]> {
    prop_oneof![
        3 => cases::shape(),
        1 => [90_usize..150, 90_usize..150],
        1 => [90_usize..150, 20_usize..80],
        1 => [20_usize..80, 90_usize..150],
    ]
}

/// Sides of square matrices: of one tile, and of a few.
pub(crate) fn side() -> impl Strategy<Value = usize> {
    prop_oneof![1 => 0_usize..3, 3 => 3_usize..14, 2 => 90_usize..230]
}

/// The matrix in blocks. Where there are several workers, it lies on all of them in one way or other, and has fewer blocks, as each costs messages.
pub(crate) fn distribute<T: Sample>(local: &Array2<T>, blocks: [usize; 2]) -> DArray<T, Ix2> {
    let placement = match (local.nrows() + blocks[0] + blocks[1]) % 6 {
        0 => Placement::scheduler(),
        1 => Placement::block_row(),
        2 => Placement::block_column(),
        3 => Placement::cyclic(0),
        4 => Placement::cyclic(1),
        _ => Placement::block_cyclic([1, 3]),
    };
    let edges: [usize; 2] = std::array::from_fn(|axis| match workers() {
        1 => blocks[axis],
        _ => blocks[axis].max(local.shape()[axis].div_ceil(6)),
    });
    DArray::distribute(local, Blocks(edges).on(placement))
}

/// The Hilbert matrix, whose condition is about `e^(3.5·side)`.
pub(crate) fn hilbert(side: usize) -> Array2<f64> {
    Array2::from_shape_fn((side, side), |(i, j)| 1.0 / (i + j + 1) as f64)
}
