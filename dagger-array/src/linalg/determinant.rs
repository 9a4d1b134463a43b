//! The determinant of a square matrix.

use dagger_core::{Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Dimension, Ix2};
use num_traits::{Float, Zero};
use std::panic::Location;

use super::field::Field;
use super::lu;
use crate::array::{Block, DArray};
use crate::mistake::failed_task;

impl<T: Field> DArray<T, Ix2> {
    /// The determinant, through the LU factorisation. That of a singular matrix is zero, that of an empty one is one.
    ///
    /// It is a product of as many factors as the matrix has rows, and may leave the range of its numbers where these are many;
    /// [`sln_det`](Self::sln_det) does not.
    #[track_caller]
    pub fn det(&self) -> Task<T> {
        match lu::of_square(self.clone(), "det", Location::caller()) {
            Ok(factors) => factors.det(),
            Err(error) => failed_task(error),
        }
    }

    /// The determinant as its sign (of complex numbers: its direction) and the natural logarithm of its absolute value.
    #[track_caller]
    pub fn sln_det(&self) -> Task<(T, T::RealPart)> {
        match lu::of_square(self.clone(), "sln_det", Location::caller()) {
            Ok(factors) => factors.sln_det(),
            Err(error) => failed_task(error),
        }
    }
}

/// The products of the elements of the diagonal, one of each block that has some.
pub(super) fn diagonal_products<T: Field>(matrix: &DArray<T, Ix2>) -> Result<Vec<Task<T>>> {
    on_diagonal(matrix, |block, across| {
        spawn!(diagonal_product(block, across))
    })
}

/// A task that gives a number as its direction and the logarithm of its absolute value.
pub(super) type Logarithm<T> = Task<(T, <T as Field>::RealPart)>;

/// Direction and logarithm of the products of the elements of the diagonal, one of each block that has some.
pub(super) fn diagonal_logarithms<T: Field>(matrix: &DArray<T, Ix2>) -> Result<Vec<Logarithm<T>>> {
    on_diagonal(matrix, |block, across| {
        spawn!(diagonal_logarithm(block, across))
    })
}

/// Calls `visit` with each block that has a part of the diagonal, and where that starts: how much further right than down.
fn on_diagonal<T: Field, R>(
    matrix: &DArray<T, Ix2>,
    visit: impl Fn(&Block<T, Ix2>, isize) -> R,
) -> Result<Vec<R>> {
    let (layout, parts) = (matrix.layout(), matrix.parts()?);
    let mut made = Vec::new();
    layout.for_each(|position| {
        let place = layout.place(position.slice());
        let range = |axis: usize| place.start[axis]..place.start[axis] + place.shape[axis];
        let (rows, columns) = (range(0), range(1));
        if rows.start.max(columns.start) < rows.end.min(columns.end) {
            let number = layout.number(position.slice());
            made.push(visit(
                &parts[number],
                rows.start as isize - columns.start as isize,
            ));
        }
    });
    Ok(made)
}

/// The elements with as many columns to the left as rows above, and `across` more.
fn diagonal<T: Field>(block: &Array2<T>, across: isize) -> impl Iterator<Item = T> {
    let (down, right) = ((-across).max(0) as usize, across.max(0) as usize);
    let rows = block.nrows().saturating_sub(down);
    let columns = block.ncols().saturating_sub(right);
    (0..rows.min(columns)).map(move |step| block[(down + step, right + step)])
}

#[task]
fn diagonal_product<T: Field>(block: &Array2<T>, across: isize) -> T {
    diagonal(block, across).fold(T::one(), |product, factor| product * factor)
}

#[task]
fn diagonal_logarithm<T: Field>(block: &Array2<T>, across: isize) -> (T, T::RealPart) {
    diagonal(block, across).fold((T::one(), T::RealPart::zero()), |so_far, factor| {
        let size = T::abs_impl(&factor);
        let direction = match size.is_zero() {
            true => T::zero(),
            false => factor / T::from_real_impl(&size),
        };
        joined(so_far, (direction, size.ln()))
    })
}

/// The product of two numbers given by direction and logarithm.
pub(super) fn joined<T: Field>(one: (T, T::RealPart), other: (T, T::RealPart)) -> (T, T::RealPart) {
    (one.0 * other.0, one.1 + other.1)
}
