//! Products of matrices and vectors, by the operands' dimensions.

use dagger_core::Task;
use ndarray::{Dimension, Ix1, Ix2};
use std::panic::Location;

use super::kernel::MatrixElement;
use super::{matrix_vector, product};
use crate::array::DArray;
use crate::element::Element;
use crate::mistake::{failed_task, mistake_at};

/// What can be multiplied with what, and what it gives: matrix and matrix a matrix, matrix and vector a vector, vector and
/// vector a number.
pub trait Dot<R> {
    /// The product.
    type Output;

    /// The product, of operands that were written at `place`.
    #[doc(hidden)]
    fn times(&self, other: &R, place: &'static Location<'static>) -> Self::Output;
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The product of matrices and vectors, as in ndarray.
    ///
    /// The result of two matrices is cut along its rows as this one, along its columns as the other one. The sums
    /// are taken in an order that depends on shapes and blocks alone.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix2;
    /// let a = DArray::<f64, Ix2>::random([30, 20], Blocks([8, 8]));
    /// let b = DArray::<f64, Ix2>::random([20, 10], Blocks([6, 6]));
    /// let c = a.dot(&b).collect()?;
    /// let expected = a.collect()?.dot(&b.collect()?);
    /// assert!((c - expected).iter().all(|x| x.abs() < 1e-12));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn dot<R>(&self, other: &R) -> <Self as Dot<R>>::Output
    where
        Self: Dot<R>,
    {
        self.times(other, Location::caller())
    }
}

impl<T: MatrixElement> Dot<DArray<T, Ix2>> for DArray<T, Ix2> {
    type Output = DArray<T, Ix2>;

    fn times(&self, other: &DArray<T, Ix2>, place: &'static Location<'static>) -> DArray<T, Ix2> {
        DArray::attempt(product::matrices(self, other, place))
    }
}

impl<T: MatrixElement> Dot<DArray<T, Ix1>> for DArray<T, Ix2> {
    type Output = DArray<T, Ix1>;

    fn times(&self, other: &DArray<T, Ix1>, place: &'static Location<'static>) -> DArray<T, Ix1> {
        DArray::attempt(matrix_vector::matrix_by_vector(self, other, place))
    }
}

impl<T: MatrixElement> Dot<DArray<T, Ix2>> for DArray<T, Ix1> {
    type Output = DArray<T, Ix1>;

    fn times(&self, other: &DArray<T, Ix2>, place: &'static Location<'static>) -> DArray<T, Ix1> {
        DArray::attempt(matrix_vector::vector_by_matrix(self, other, place))
    }
}

impl<T: MatrixElement> Dot<DArray<T, Ix1>> for DArray<T, Ix1> {
    type Output = Task<T>;

    fn times(&self, other: &DArray<T, Ix1>, place: &'static Location<'static>) -> Task<T> {
        let (left, right) = (self.shape(), other.shape());
        // Those of arrays that have failed may differ too; then their error is told.
        if left != right && self.parts().is_ok() && other.parts().is_ok() {
            let what = format!("shapes {left:?} and {right:?} do not fit together");
            return failed_task(mistake_at(place, "dot", what));
        }
        self.zip_map(other, |a, b| a * b).sum()
    }
}
