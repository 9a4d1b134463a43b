//! Eigenvalues and eigenvectors of symmetric and Hermitian matrices.
//!
//! The whole matrix is one task's business: it is put together in one block, and the library takes it from there on one thread.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array1, Array2, Ix1, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::field::Field;
use super::tile::{self, Eigen};
use crate::array::{Block, DArray};
use crate::layout::Layout;
use crate::mistake::{mistake_at, written_at};

impl<T: Field> DArray<T, Ix2> {
    /// The eigenvalues of a symmetric (or Hermitian) matrix in ascending order, and its eigenvectors as the columns of a matrix. Only the lower
    /// triangle is read.
    ///
    /// One task does it all, on one thread, and holds the matrix as one block.
    ///
    /// # Errors
    /// The matrix is not square (at once); it holds NaN or infinities (when blocks are fetched).
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// let a = DArray::distribute(&array![[2.0, 1.0], [1.0, 2.0]], Blocks([1, 1]));
    /// let (values, _vectors) = a.eigh();
    /// let error: ndarray::Array1<f64> = values.collect()? - array![1.0, 3.0];
    /// assert!(error.iter().all(|x| x.abs() < 1e-15));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn eigh(&self) -> (DArray<T::RealPart, Ix1>, DArray<T, Ix2>) {
        let place = Location::caller();
        let whole = match square_block(self, "eigh", place) {
            Ok(whole) => whole,
            Err(error) => return (DArray::failed(error.clone()), DArray::failed(error)),
        };
        let written = written_at(place, "eigh");
        let both: Task<Eigen<T, T::RealPart>> = spawn!(eigen(&whole, written));
        let values = values_as_cut(self, spawn!(eigenvalues_of::<T>(&both)));
        let vectors = DArray::of(
            Layout::whole(&self.raw_dim()),
            vec![spawn!(eigenvectors_of(both))],
        );
        (values, vectors.rechunk(self.layout().clone()))
    }

    /// The eigenvalues of a symmetric (or Hermitian) matrix alone, in ascending order; see [`eigh`](Self::eigh).
    ///
    /// # Errors
    /// As of [`eigh`](Self::eigh).
    #[track_caller]
    pub fn eigvalsh(&self) -> DArray<T::RealPart, Ix1> {
        let place = Location::caller();
        match square_block(self, "eigvalsh", place) {
            Ok(whole) => {
                let written = written_at(place, "eigvalsh");
                values_as_cut(self, spawn!(eigenvalues(&whole, written)))
            }
            Err(error) => DArray::failed(error),
        }
    }
}

/// A matrix in one block.
pub(super) fn one_block<T: Field>(a: &DArray<T, Ix2>) -> Result<Block<T, Ix2>> {
    let whole = a.rechunk(Layout::whole(&a.raw_dim()));
    Ok(whole.parts()?[0].clone())
}

fn square_block<T: Field>(
    a: &DArray<T, Ix2>,
    operation: &str,
    place: &Location<'_>,
) -> Result<Block<T, Ix2>> {
    a.parts()?;
    let shape = a.shape();
    if shape[0] != shape[1] {
        let what = format!("a matrix of shape {shape:?} is not square");
        return Err(mistake_at(place, operation, what));
    }
    one_block(a)
}

/// One value a row, cut as the rows are.
fn values_as_cut<T: Field>(
    a: &DArray<T, Ix2>,
    values: Block<T::RealPart, Ix1>,
) -> DArray<T::RealPart, Ix1> {
    let cuts = Arc::clone(&a.layout().all_cuts()[0]);
    let whole = Layout::whole(&ndarray::Dim([a.shape()[0]]));
    DArray::of(whole, vec![values]).rechunk(Layout::from_cuts(Arc::new([cuts])))
}

/// What iterations say that do not end.
pub(super) fn not_converged(written: &str) -> Error {
    Error::msg(format!(
        "{written}: the iteration does not converge; are there NaN or infinities in the matrix?"
    ))
}

#[task]
fn eigen<T: Field>(whole: &Array2<T>, written: String) -> Result<Eigen<T, T::RealPart>> {
    tile::eigen(whole.view()).map_err(|_| not_converged(&written))
}

#[task]
fn eigenvalues<T: Field>(whole: &Array2<T>, written: String) -> Result<Array1<T::RealPart>> {
    tile::eigenvalues(whole.view()).map_err(|_| not_converged(&written))
}

#[task]
fn eigenvalues_of<T: Field>(both: &Eigen<T, T::RealPart>) -> Array1<T::RealPart> {
    both.values.clone()
}

#[task]
fn eigenvectors_of<T: Field>(both: Eigen<T, T::RealPart>) -> Array2<T> {
    both.vectors
}
