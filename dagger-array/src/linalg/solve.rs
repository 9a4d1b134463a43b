//! The solution of square systems of equations.

use ndarray::Ix2;
use std::panic::Location;

use super::field::Field;
use super::lu;
use super::right_side::RightSide;
use crate::array::DArray;

impl<T: Field> DArray<T, Ix2> {
    /// The solution of `A·x = b`, by LU with partial pivoting; `b` is a vector, or a matrix whose columns are solved for one by one.
    ///
    /// For several right sides that are not known at the same time, keep [`lu`](Self::lu); for positive definite matrices,
    /// [`cholesky`](Self::cholesky) takes half the time; where there are more rows than columns, see
    /// [`least_squares`](Self::least_squares).
    ///
    /// # Errors
    /// The matrix is not square, or `b` has another length (at once); the matrix is singular (when blocks are fetched), with the index of
    /// the first pivot that is zero.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// let a = DArray::distribute(&array![[0.0, 2.0], [1.0, 1.0]], Blocks([1, 2]));
    /// let b = DArray::distribute(&array![4.0, 3.0], Blocks([2]));
    /// assert_eq!(a.solve(&b).collect()?, array![1.0, 2.0]);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn solve<B: RightSide<T>>(&self, b: &B) -> B {
        let place = Location::caller();
        let solution = || {
            let b = b.columns()?;
            lu::fits(self, &b, "solve", place)?;
            let factors = lu::of_square(self.clone(), "solve", place)?;
            lu::solved(&factors, &b, "solve", place)
        };
        B::from_columns(solution())
    }
}
