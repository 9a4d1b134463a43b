//! The inverse of a square matrix.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array2, Dimension, Ix2};
use std::panic::Location;

use super::field::Field;
use super::lu;
use crate::array::DArray;

impl<T: Field> DArray<T, Ix2> {
    /// The inverse of a square matrix, cut as it is. To solve equations, [`solve`](Self::solve) is faster and more accurate.
    ///
    /// # Errors
    /// The matrix is not square (at once); it is singular (when blocks are fetched), with the index of the first pivot that is zero.
    #[track_caller]
    pub fn inv(&self) -> DArray<T, Ix2> {
        let place = Location::caller();
        let inverse = lu::of_square(self.clone(), "inv", place).and_then(|factors| {
            let identity = identity(self)?;
            lu::solved(&factors, &identity, "inv", place)
        });
        DArray::attempt(inverse)
    }
}

/// The identity, cut as a square matrix is.
pub(super) fn identity<T: Field>(like: &DArray<T, Ix2>) -> Result<DArray<T, Ix2>> {
    like.parts()?;
    let layout = like.layout().clone();
    let mut blocks = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let place = layout.place(position.slice());
        let (start, shape) = (
            (place.start[0], place.start[1]),
            (place.shape[0], place.shape[1]),
        );
        blocks.push(spawn!(identity_block(start, shape)));
    });
    Ok(DArray::of(layout, blocks))
}

#[task]
fn identity_block<T: Field>(start: (usize, usize), shape: (usize, usize)) -> Array2<T> {
    let mut block = Array2::zeros(shape);
    let (from, to) = (
        start.0.max(start.1),
        (start.0 + shape.0).min(start.1 + shape.1),
    );
    for i in from..to {
        block[(i - start.0, i - start.1)] = T::one();
    }
    block
}
