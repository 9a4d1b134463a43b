//! The Cholesky factor of a positive definite matrix, tile by tile.
//!
//! The right-looking algorithm. Tasks of columns further left are the more urgent ones, so the next diagonal tile is factored while the rest of
//! the matrix is still being updated.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::cuts::square_tiles;
use super::field::Field;
use super::right_side::RightSide;
use super::tile::{self, Diag, Side, Triangle};
use super::triangular::{self, Factor};
use crate::array::{Block, DArray, Parts};
use crate::layout::Layout;
use crate::mistake::{failed_task, mistake_at, written_at};

/// The Cholesky factorisation `A = L·Lᴴ` of a symmetric (or Hermitian) positive definite matrix.
#[derive(Clone)]
pub struct Cholesky<T> {
    /// The lower triangular factor; above the diagonal it is zero.
    pub l: DArray<T, Ix2>,
}

impl<T: Field> DArray<T, Ix2> {
    /// The Cholesky factorisation of a symmetric (or Hermitian) positive definite matrix, of which only the lower triangle is read.
    ///
    /// The factor is cut as this matrix. Where its blocks are too large or too small for the work, that is done in tiles of
    /// another size.
    ///
    /// # Errors
    /// The matrix is not square (at once); it is not positive definite (when blocks are fetched), with the index of the first
    /// pivot that is not positive.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// let a = DArray::distribute(&array![[4.0, 2.0], [2.0, 5.0]], Blocks([1, 1]));
    /// let factors = a.cholesky();
    /// assert_eq!(factors.l.collect()?, array![[2.0, 0.0], [1.0, 2.0]]);
    /// let b = DArray::distribute(&array![8.0, 8.0], Blocks([1]));
    /// assert_eq!(factors.solve(&b).collect()?, array![1.5, 1.0]);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky(&self) -> Cholesky<T> {
        Cholesky::of(self.clone(), Location::caller())
    }

    /// The same, where the matrix lies: no memory is taken if its blocks can be used as tiles and nothing else refers to them.
    #[track_caller]
    pub fn into_cholesky(self) -> Cholesky<T> {
        Cholesky::of(self, Location::caller())
    }
}

impl<T: Field> Cholesky<T> {
    fn of(a: DArray<T, Ix2>, place: &Location<'_>) -> Self {
        Cholesky {
            l: DArray::attempt(factored(a, place)),
        }
    }

    /// Whether the call could be done; see [`DArray::check`].
    ///
    /// # Errors
    /// What was wrong with the call.
    pub fn check(self) -> Result<Self> {
        let l = self.l.check()?;
        Ok(Cholesky { l })
    }

    /// The solution of `A·x = b`, for a vector or for each column of a matrix.
    #[track_caller]
    pub fn solve<B: RightSide<T>>(&self, b: &B) -> B {
        let place = Location::caller();
        let solution = || {
            let l = Factor::new(&self.l, Triangle::Lower, Diag::NonUnit);
            let y = triangular::solved(&l, Side::Plain, &b.columns()?, "solve", place)?;
            let y = DArray::of(y.0, y.1);
            triangular::solved(&l, Side::Adjoint, &y, "solve", place)
        };
        B::from_columns(solution())
    }

    /// The inverse of `A`.
    #[track_caller]
    pub fn inv(&self) -> DArray<T, Ix2> {
        match super::inverse::identity(&self.l) {
            Ok(identity) => self.solve(&identity),
            Err(error) => DArray::failed(error),
        }
    }

    /// The determinant of `A`, the square of the product of the diagonal of `L`.
    pub fn det(&self) -> Task<T> {
        match super::determinant::diagonal_products(&self.l) {
            Ok(products) => spawn!(square_of_product(products)),
            Err(error) => failed_task(error),
        }
    }
}

fn factored<T: Field>(a: DArray<T, Ix2>, place: &Location<'_>) -> Result<Parts<T, Ix2>> {
    a.parts()?;
    let shape = [a.shape()[0], a.shape()[1]];
    if shape[0] != shape[1] {
        let what = format!("a matrix of shape {shape:?} is not square");
        return Err(mistake_at(place, "cholesky", what));
    }
    let own = a.layout().clone();
    let cuts = square_tiles(&own.all_cuts()[0], &own.all_cuts()[1]);
    let retiled = a.rechunk(Layout::from_cuts(Arc::new([
        Arc::clone(&cuts),
        Arc::clone(&cuts),
    ])));
    drop(a);
    let (layout, tiles) = retiled.into_parts()?;
    let factor = factored_tiles(tiles, &cuts, &written_at(place, "cholesky"));
    DArray::of(layout, factor).rechunk(own).into_parts()
}

/// The tiles of a square matrix with the same cuts along both axes, row by row.
fn factored_tiles<T: Field>(
    tiles: Vec<Block<T, Ix2>>,
    cuts: &[usize],
    written: &str,
) -> Vec<Block<T, Ix2>> {
    let side = cuts.len() - 1;
    // Columns of the lower triangle, from the diagonal down; what stands above it is not needed.
    let mut columns: Vec<Vec<Block<T, Ix2>>> = (0..side).map(|_| Vec::new()).collect();
    for (number, tile) in tiles.into_iter().enumerate() {
        let (i, j) = (number / side, number % side);
        if i >= j {
            columns[j].push(tile);
        }
    }
    let urgency = |column: usize| i32::try_from(side - column).unwrap_or(i32::MAX);
    for k in 0..side {
        let first = cuts[k];
        let mut column = std::mem::take(&mut columns[k]).into_iter();
        let diagonal = column.next().expect("a column starts at the diagonal");
        let written = written.to_owned();
        let urgent = urgency(k);
        let diagonal = spawn!(
            #[priority(urgent)]
            factor_diagonal(diagonal, first, written)
        );
        let below = column.map(|tile| {
            spawn!(
                #[priority(urgent)]
                divide_by_diagonal(tile, &diagonal)
            )
        });
        let below: Vec<Block<T, Ix2>> = below.collect();
        for j in k + 1..side {
            let urgent = urgency(j);
            let right = &below[j - k - 1];
            let target = std::mem::take(&mut columns[j]).into_iter();
            let updated = target.zip(&below[j - k - 1..]).enumerate();
            columns[j] = updated
                .map(|(row, (tile, left))| match row {
                    0 => spawn!(
                        #[priority(urgent)]
                        update_diagonal(tile, left)
                    ),
                    _ => spawn!(
                        #[priority(urgent)]
                        update(tile, left, right)
                    ),
                })
                .collect();
        }
        columns[k] = std::iter::once(diagonal).chain(below).collect();
    }
    let mut factor = Vec::with_capacity(side * side);
    for i in 0..side {
        for (j, column) in columns.iter().enumerate() {
            factor.push(match i.checked_sub(j) {
                Some(down) => column[down].clone(),
                None => {
                    let shape = (cuts[i + 1] - cuts[i], cuts[j + 1] - cuts[j]);
                    spawn!(zero_tile(shape))
                }
            });
        }
    }
    factor
}

#[task]
fn factor_diagonal<T: Field>(
    mut tile: Array2<T>,
    first: usize,
    written: String,
) -> Result<Array2<T>> {
    match tile::cholesky(tile.view_mut()) {
        Ok(()) => Ok(tile),
        Err(index) => Err(Error::msg(format!(
            "{written}: the matrix is not positive definite: pivot {} is not positive",
            first + index
        ))),
    }
}

#[task]
fn divide_by_diagonal<T: Field>(mut tile: Array2<T>, diagonal: &Array2<T>) -> Array2<T> {
    tile::solve_right_adjoint(diagonal.view(), tile.view_mut());
    tile
}

#[task]
fn update_diagonal<T: Field>(mut tile: Array2<T>, left: &Array2<T>) -> Array2<T> {
    tile::subtract_own_product(tile.view_mut(), left.view());
    tile
}

#[task]
fn update<T: Field>(mut tile: Array2<T>, left: &Array2<T>, right: &Array2<T>) -> Array2<T> {
    let (left, right) = ((left.view(), Side::Plain), (right.view(), Side::Adjoint));
    tile::subtract_product(tile.view_mut(), left, right);
    tile
}

#[task]
fn zero_tile<T: Field>(shape: (usize, usize)) -> Array2<T> {
    Array2::zeros(shape)
}

#[task]
fn square_of_product<T: Field>(products: &[&T]) -> T {
    let product = products
        .iter()
        .fold(T::one(), |product, &&factor| product * factor);
    product * product
}
