//! Equations with a triangular tile.

use dagger_macros::Wire;
use faer::linalg::triangular_solve::{
    solve_lower_triangular_in_place_with_conj as lower,
    solve_unit_lower_triangular_in_place_with_conj as unit_lower,
    solve_unit_upper_triangular_in_place_with_conj as unit_upper,
    solve_upper_triangular_in_place_with_conj as upper,
};
use faer::{Conj, MatRef, Par};
use ndarray::{ArrayView2, ArrayViewMut2};

use super::product::Side;
use super::{matrix, matrix_mut};
use crate::linalg::field::Field;

/// Which triangle of a matrix is meant; the other one is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub enum Triangle {
    /// At and below the diagonal.
    Lower,
    /// At and above the diagonal.
    Upper,
}

/// What stands on the diagonal of a triangular matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub enum Diag {
    /// Ones, whatever is stored there.
    Unit,
    /// What is stored there.
    NonUnit,
}

/// `x ← t⁻¹·x`, with a square tile `t` of which only one triangle is read, transposed and conjugated if `side` says so.
pub(in crate::linalg) fn solve_left<T: Field>(
    t: ArrayView2<'_, T>,
    triangle: Triangle,
    diag: Diag,
    side: Side,
    x: ArrayViewMut2<'_, T>,
) {
    let (t, x) = (matrix(t), matrix_mut(x));
    let (t, conjugate, triangle): (MatRef<'_, T>, Conj, Triangle) = match (side, triangle) {
        (Side::Plain, triangle) => (t, Conj::No, triangle),
        (Side::Adjoint, Triangle::Lower) => (t.transpose(), Conj::Yes, Triangle::Upper),
        (Side::Adjoint, Triangle::Upper) => (t.transpose(), Conj::Yes, Triangle::Lower),
    };
    match (triangle, diag) {
        (Triangle::Lower, Diag::NonUnit) => lower(t, conjugate, x, Par::Seq),
        (Triangle::Lower, Diag::Unit) => unit_lower(t, conjugate, x, Par::Seq),
        (Triangle::Upper, Diag::NonUnit) => upper(t, conjugate, x, Par::Seq),
        (Triangle::Upper, Diag::Unit) => unit_upper(t, conjugate, x, Par::Seq),
    }
}

/// `x ← x·l⁻ᴴ`, with a lower triangular tile `l`.
pub(in crate::linalg) fn solve_right_adjoint<T: Field>(
    l: ArrayView2<'_, T>,
    x: ArrayViewMut2<'_, T>,
) {
    // The transpose of the equation: conj(l)·xᵀ = bᵀ.
    lower(
        matrix(l),
        Conj::Yes,
        matrix_mut(x.reversed_axes()),
        Par::Seq,
    );
}
