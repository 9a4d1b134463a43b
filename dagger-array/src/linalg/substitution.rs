//! Steps with one block column of factors, for right sides that are whole block columns.

use dagger_macros::task;
use ndarray::{Array2, s};

use super::field::Field;
use super::tile::{self, Diag, Side, Triangle};

/// Elimination with a block column of `L`, of unit diagonal, that starts in row `start`.
#[task]
pub(super) fn unit_lower_step<T: Field>(
    mut x: Array2<T>,
    l: &Array2<T>,
    start: usize,
) -> Array2<T> {
    let end = l.nrows().min(start + l.ncols());
    let (above, below) = x.view_mut().split_at(ndarray::Axis(0), end);
    let mut known = above.slice_move(s![start.., ..]);
    let pivots = ..end - start;
    let (diagonal, rest) = (l.slice(s![start..end, pivots]), l.slice(s![end.., pivots]));
    tile::solve_left(
        diagonal,
        Triangle::Lower,
        Diag::Unit,
        Side::Plain,
        known.view_mut(),
    );
    tile::subtract_product(below, (rest, Side::Plain), (known.view(), Side::Plain));
    x
}

/// Substitution with a block column of `U` whose diagonal starts in row `start`.
#[task]
pub(super) fn upper_step<T: Field>(mut x: Array2<T>, u: &Array2<T>, start: usize) -> Array2<T> {
    let end = start + u.ncols();
    let (above, below) = x.view_mut().split_at(ndarray::Axis(0), start);
    let mut known = below.slice_move(s![..end - start, ..]);
    let (rest, diagonal) = (u.slice(s![..start, ..]), u.slice(s![start..end, ..]));
    tile::solve_left(
        diagonal,
        Triangle::Upper,
        Diag::NonUnit,
        Side::Plain,
        known.view_mut(),
    );
    tile::subtract_product(above, (rest, Side::Plain), (known.view(), Side::Plain));
    x
}

/// Substitution with the adjoint of a block column of `U`, which is a block row of a lower triangle.
#[task]
pub(super) fn upper_adjoint_step<T: Field>(
    mut x: Array2<T>,
    u: &Array2<T>,
    start: usize,
) -> Array2<T> {
    let end = start + u.ncols();
    let (above, below) = x.view_mut().split_at(ndarray::Axis(0), start);
    let mut wanted = below.slice_move(s![..end - start, ..]);
    let (rest, diagonal) = (u.slice(s![..start, ..]), u.slice(s![start..end, ..]));
    tile::subtract_product(
        wanted.view_mut(),
        (rest, Side::Adjoint),
        (above.view(), Side::Plain),
    );
    tile::solve_left(
        diagonal,
        Triangle::Upper,
        Diag::NonUnit,
        Side::Adjoint,
        wanted,
    );
    x
}
