//! Householder reflections of a panel, and what they do to other columns.

use dagger_macros::Wire;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch as forward_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj as forward,
    apply_block_householder_sequence_transpose_on_the_left_in_place_scratch as backward_scratch,
    apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj as backward,
};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch};
use faer::{Conj, Par};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use super::product::Side;
use super::{column_major, matrix, matrix_mut};
use crate::linalg::field::Field;

/// A product of reflections, `I − V·T⁻¹·Vᴴ`, acting on all rows from `start` on, and the part of `R` that they made.
#[derive(Clone, Debug, Wire)]
pub(in crate::linalg) struct Reflectors<T> {
    start: usize,
    /// `R` at and above the diagonal, which starts in row `start`; `V` below it, with ones on the diagonal that are not stored.
    columns: Array2<T>,
    /// `T`, upper triangular.
    factor: Array2<T>,
}

/// Makes everything below the diagonal of rows `start..` zero.
pub(in crate::linalg) fn qr<T: Field>(columns: ArrayView2<'_, T>, start: usize) -> Reflectors<T> {
    let mut columns = column_major(columns);
    let below = columns.slice_mut(s![start.., ..]);
    let (rows, width) = below.dim();
    let count = rows.min(width);
    let mut factor = Array2::zeros((count, count));
    if count > 0 {
        let parameters = Default::default();
        let need = qr_in_place_scratch::<T>(rows, width, count, Par::Seq, parameters);
        let mut memory = MemBuffer::new(need);
        qr_in_place(
            matrix_mut(below),
            matrix_mut(factor.view_mut()),
            Par::Seq,
            MemStack::new(&mut memory),
            parameters,
        );
    }
    Reflectors {
        start,
        columns,
        factor,
    }
}

impl<T: Field> Reflectors<T> {
    /// `x ← Q·x`, or `Qᴴ·x`, where `x` has all rows.
    pub(in crate::linalg) fn apply(&self, side: Side, mut x: ArrayViewMut2<'_, T>) {
        let (count, width) = (self.factor.nrows(), x.ncols());
        if count == 0 || width == 0 {
            return;
        }
        let basis = self.columns.slice(s![self.start.., ..count]);
        let rows = basis.nrows();
        let need = match side {
            Side::Plain => forward_scratch::<T>(rows, count, width),
            Side::Adjoint => backward_scratch::<T>(rows, count, width),
        };
        let mut memory = MemBuffer::new(need);
        let memory = MemStack::new(&mut memory);
        let (basis, factor) = (matrix(basis), matrix(self.factor.view()));
        let x = matrix_mut(x.slice_mut(s![self.start.., ..]));
        match side {
            Side::Plain => forward(basis, factor, Conj::No, x, Par::Seq, memory),
            Side::Adjoint => backward(basis, factor, Conj::Yes, x, Par::Seq, memory),
        }
    }

    /// The columns of `R` that the reflections belong to: the first `rows` rows, zero below the diagonal.
    pub(in crate::linalg) fn upper(&self, rows: usize) -> Array2<T> {
        let mut upper = Array2::zeros((rows, self.columns.ncols()));
        for ((i, j), element) in upper.indexed_iter_mut() {
            if i <= self.start + j {
                *element = self.columns[(i, j)];
            }
        }
        upper
    }

    /// The part of the diagonal of `R` that the reflections made.
    pub(in crate::linalg) fn diagonal(&self) -> impl Iterator<Item = T> {
        (0..self.factor.nrows()).map(|j| self.columns[(self.start + j, j)])
    }
}
