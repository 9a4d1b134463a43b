//! LU factors of a panel: all rows below a place, and a few columns.

use dagger_macros::Wire;
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::factor::{lu_in_place, lu_in_place_scratch};
use ndarray::{Array2, ArrayViewMut2, s};

use super::{column_major, copy_in_squares, matrix_mut};
use crate::linalg::field::Field;

/// Rows that change places at the same time: row `from[i]` goes to `to[i]`. Rows that are not named stay.
#[derive(Clone, Debug, Default, Wire)]
pub(in crate::linalg) struct Moves {
    to: Vec<usize>,
    from: Vec<usize>,
}

impl Moves {
    /// Those after which row `i`, counted from `start`, is what row `order[i]` was.
    fn of(order: &[usize], start: usize) -> Self {
        let moved = order.iter().enumerate().filter(|(to, from)| to != *from);
        let (to, from) = moved.map(|(to, from)| (start + to, start + from)).unzip();
        Moves { to, from }
    }

    /// Moves the rows of a matrix.
    pub(in crate::linalg) fn rows<T: Field>(&self, mut matrix: ArrayViewMut2<'_, T>) {
        let mut moving = Array2::zeros((self.from.len(), matrix.ncols()));
        for (mut kept, &from) in moving.rows_mut().into_iter().zip(&self.from) {
            kept.assign(&matrix.row(from));
        }
        for (kept, &to) in moving.rows().into_iter().zip(&self.to) {
            matrix.row_mut(to).assign(&kept);
        }
    }

    /// Moves the elements of a list.
    pub(in crate::linalg) fn elements(&self, list: &mut [usize]) {
        let moving: Vec<usize> = self.from.iter().map(|&from| list[from]).collect();
        for (element, &to) in moving.into_iter().zip(&self.to) {
            list[to] = element;
        }
    }
}

/// Factors rows `start..` of `columns` in place, the pivot of each column being the first of its largest elements: `U` at and
/// above the diagonal, below it `L` without its diagonal of ones. Also gives the first column, counted from 0, whose pivot is zero: `L` is zero there.
pub(in crate::linalg) fn lu<T: Field>(
    mut columns: ArrayViewMut2<'_, T>,
    start: usize,
) -> (Moves, Option<usize>) {
    let below = columns.slice_mut(s![start.., ..]);
    let (rows, width) = below.dim();
    let pivots = rows.min(width);
    if pivots == 0 {
        return (Moves::default(), None);
    }
    let mut factors = column_major(below.view());
    let (mut order, mut inverse) = (vec![0_usize; rows], vec![0_usize; rows]);
    let parameters = Default::default();
    let need = lu_in_place_scratch::<usize, T>(rows, width, Par::Seq, parameters);
    let mut memory = MemBuffer::new(need);
    lu_in_place(
        matrix_mut(factors.view_mut()),
        &mut order,
        &mut inverse,
        Par::Seq,
        MemStack::new(&mut memory),
        parameters,
    );
    // The library divides by every pivot. Where one is zero, its result is of no use.
    let usable = |pivot: T| pivot != T::zero() && T::is_finite_impl(&pivot);
    let mut zero = None;
    if !(0..pivots).all(|i| usable(factors[(i, i)])) {
        factors = column_major(below.view());
        zero = column_by_column(&mut factors, &mut order);
    }
    copy_in_squares(factors.view(), below);
    (Moves::of(&order, start), zero)
}

/// The textbook's elimination, which leaves a column without a pivot as it is.
fn column_by_column<T: Field>(a: &mut Array2<T>, order: &mut [usize]) -> Option<usize> {
    for (place, row) in order.iter_mut().enumerate() {
        *row = place;
    }
    let mut zero = None;
    for k in 0..a.nrows().min(a.ncols()) {
        let size = |row: usize| T::abs1_impl(&a[(row, k)]);
        let pivot = (k + 1..a.nrows()).fold(
            k,
            |best, row| {
                if size(row) > size(best) { row } else { best }
            },
        );
        if a[(pivot, k)] == T::zero() {
            zero = zero.or(Some(k));
            continue;
        }
        order.swap(k, pivot);
        for column in 0..a.ncols() {
            a.swap((k, column), (pivot, column));
        }
        let divisor = a[(k, k)];
        for row in k + 1..a.nrows() {
            let factor = a[(row, k)] / divisor;
            a[(row, k)] = factor;
            for column in k + 1..a.ncols() {
                let rest = a[(row, column)] - factor * a[(k, column)];
                a[(row, column)] = rest;
            }
        }
    }
    zero
}
