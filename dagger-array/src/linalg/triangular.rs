//! Equations with a triangular matrix, tile by tile.

use dagger_core::{Error, Result};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::cuts::{square_tiles, tiles};
use super::field::Field;
use super::right_side::RightSide;
use super::tile::{self, Diag, Side, Triangle};
use crate::array::{Block, DArray, Parts};
use crate::layout::Layout;
use crate::mistake::{mistake_at, written_at};

impl<T: Field> DArray<T, Ix2> {
    /// The solution of `T·x = b`, where `T` is one triangle of this matrix; the other one is not read. `b` is a vector, or a matrix of
    /// several.
    ///
    /// # Errors
    /// The matrix is not square, or `b` has another length (at once); an element of the diagonal is zero (when blocks are fetched),
    /// with its index.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// let l = DArray::distribute(&array![[2.0, 0.0], [1.0, 4.0]], Blocks([1, 1]));
    /// let b = DArray::distribute(&array![2.0, 9.0], Blocks([2]));
    /// let x = l.solve_triangular(Triangle::Lower, Diag::NonUnit, &b);
    /// assert_eq!(x.collect()?, array![1.0, 2.0]);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn solve_triangular<B: RightSide<T>>(&self, triangle: Triangle, diag: Diag, b: &B) -> B {
        let place = Location::caller();
        let factor = Factor::new(self, triangle, diag);
        let solution = || {
            solved(
                &factor,
                Side::Plain,
                &b.columns()?,
                "solve_triangular",
                place,
            )
        };
        B::from_columns(solution())
    }
}

/// A triangular matrix.
pub(super) struct Factor<'a, T> {
    matrix: &'a DArray<T, Ix2>,
    triangle: Triangle,
    diag: Diag,
}

impl<'a, T> Factor<'a, T> {
    pub(super) fn new(matrix: &'a DArray<T, Ix2>, triangle: Triangle, diag: Diag) -> Self {
        Factor {
            matrix,
            triangle,
            diag,
        }
    }
}

/// The solution, cut as `b`.
pub(super) fn solved<T: Field>(
    factor: &Factor<'_, T>,
    side: Side,
    b: &DArray<T, Ix2>,
    operation: &str,
    place: &Location<'_>,
) -> Result<Parts<T, Ix2>> {
    factor.matrix.parts()?;
    b.parts()?;
    let (shape, right) = (factor.matrix.shape(), b.shape());
    if shape[0] != shape[1] {
        let what = format!("a matrix of shape {shape:?} is not square");
        return Err(mistake_at(place, operation, what));
    }
    if shape[0] != right[0] {
        let what = format!(
            "a matrix of shape {shape:?} and a right side of {} rows",
            right[0]
        );
        return Err(mistake_at(place, operation, what));
    }
    let cuts_of = |layout: &Layout<Ix2>, axis: usize| Arc::clone(&layout.all_cuts()[axis]);
    let own = factor.matrix.layout();
    let rows = square_tiles(&cuts_of(own, 0), &cuts_of(own, 1));
    let columns = tiles(&cuts_of(b.layout(), 1));
    let layout = |one, other| Layout::<Ix2>::from_cuts(Arc::new([one, other]));
    let matrix = factor
        .matrix
        .rechunk(layout(Arc::clone(&rows), Arc::clone(&rows)));
    let (work, x) = b.rechunk(layout(Arc::clone(&rows), columns)).into_parts()?;
    let (height, width) = (work.grid()[0], work.grid()[1]);
    let t = matrix.parts()?;
    let tile = |i: usize, k: usize| match side {
        Side::Plain => &t[i * height + k],
        Side::Adjoint => &t[k * height + i],
    };
    let mut x: Vec<Option<Block<T, Ix2>>> = x.into_iter().map(Some).collect();
    let downwards = (factor.triangle == Triangle::Lower) == (side == Side::Plain);
    let order = |step: usize| if downwards { step } else { height - 1 - step };
    let written = written_at(place, operation);
    for step in 0..height {
        let k = order(step);
        for j in 0..width {
            let known = x[k * width + j].take().expect("put back when taken");
            let equation = Equation {
                triangle: factor.triangle,
                diag: factor.diag,
                side,
                first: rows[k],
                written: written.clone(),
            };
            let diagonal = tile(k, k);
            let known = spawn!(
                #[priority(1)]
                divide(known, diagonal, equation)
            );
            for i in (step + 1..height).map(order) {
                let place = &mut x[i * width + j];
                let target = place.take().expect("put back when taken");
                let factor = tile(i, k);
                *place = Some(spawn!(eliminate(target, factor, side, &known)));
            }
            x[k * width + j] = Some(known);
        }
    }
    let x = x.into_iter().map(|tile| tile.expect("put back when taken"));
    let solution = DArray::of(work, x.collect());
    solution.rechunk(b.layout().clone()).into_parts()
}

/// What a diagonal tile stands for.
#[derive(Clone, Debug, dagger_macros::Wire)]
struct Equation {
    triangle: Triangle,
    diag: Diag,
    side: Side,
    /// The tile's first row in the matrix.
    first: usize,
    written: String,
}

#[task]
fn divide<T: Field>(
    mut x: Array2<T>,
    diagonal: &Array2<T>,
    equation: Equation,
) -> Result<Array2<T>> {
    let Equation {
        triangle,
        diag,
        side,
        first,
        written,
    } = equation;
    if diag == Diag::NonUnit
        && let Some(index) = diagonal
            .diag()
            .iter()
            .position(|&element| element == T::zero())
    {
        return Err(singular(&written, first + index));
    }
    tile::solve_left(diagonal.view(), triangle, diag, side, x.view_mut());
    Ok(x)
}

#[task]
fn eliminate<T: Field>(
    mut x: Array2<T>,
    factor: &Array2<T>,
    side: Side,
    known: &Array2<T>,
) -> Array2<T> {
    tile::subtract_product(
        x.view_mut(),
        (factor.view(), side),
        (known.view(), Side::Plain),
    );
    x
}

/// The error of an operation that would have to divide by a zero of the diagonal.
pub(super) fn singular(written: &str, index: usize) -> Error {
    Error::msg(format!(
        "{written}: the matrix is singular: pivot {index} is zero"
    ))
}
