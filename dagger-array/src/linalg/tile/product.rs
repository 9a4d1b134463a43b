//! Products that are subtracted from a tile in place.

use dagger_macros::Wire;
use faer::linalg::matmul::{matmul, triangular};
use faer::{Accum, Par};
use ndarray::{ArrayView2, ArrayViewMut2};

use super::{matrix, matrix_mut};
use crate::linalg::field::Field;

/// How a tile takes part in a product or an equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub(in crate::linalg) enum Side {
    /// As it is.
    Plain,
    /// Transposed, and conjugated.
    Adjoint,
}

/// `c ← c − a·b`, with `a` and `b` as their sides say.
pub(in crate::linalg) fn subtract_product<T: Field>(
    c: ArrayViewMut2<'_, T>,
    (a, a_side): (ArrayView2<'_, T>, Side),
    (b, b_side): (ArrayView2<'_, T>, Side),
) {
    let (c, a, b) = (matrix_mut(c), matrix(a), matrix(b));
    let minus = -T::one();
    match (a_side, b_side) {
        (Side::Plain, Side::Plain) => matmul(c, Accum::Add, a, b, minus, Par::Seq),
        (Side::Plain, Side::Adjoint) => matmul(c, Accum::Add, a, b.adjoint(), minus, Par::Seq),
        (Side::Adjoint, Side::Plain) => matmul(c, Accum::Add, a.adjoint(), b, minus, Par::Seq),
        (Side::Adjoint, Side::Adjoint) => {
            matmul(c, Accum::Add, a.adjoint(), b.adjoint(), minus, Par::Seq);
        }
    }
}

/// `c ← c − a·aᴴ` at and below the diagonal; above it, `c` stays as it is.
pub(in crate::linalg) fn subtract_own_product<T: Field>(
    c: ArrayViewMut2<'_, T>,
    a: ArrayView2<'_, T>,
) {
    use triangular::BlockStructure::{Rectangular, TriangularLower};
    let a = matrix(a);
    triangular::matmul(
        matrix_mut(c),
        TriangularLower,
        Accum::Add,
        a,
        Rectangular,
        a.adjoint(),
        Rectangular,
        -T::one(),
        Par::Seq,
    );
}
