//! The Cholesky factor of a tile.

use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltError, cholesky_in_place, cholesky_in_place_scratch};
use ndarray::{Array2, ArrayViewMut2};

use super::{column_major, matrix_mut};
use crate::linalg::field::Field;

/// `a ← L` with `L·Lᴴ = a`, zero above the diagonal. Only the lower triangle is read.
///
/// # Errors
/// The index of the first pivot that is not positive.
pub(in crate::linalg) fn cholesky<T: Field>(a: ArrayViewMut2<'_, T>) -> Result<(), usize> {
    let side = a.nrows();
    assert_eq!(side, a.ncols(), "a square tile");
    if side == 0 {
        return Ok(());
    }
    let mut factor: Array2<T> = column_major(a.view());
    let parameters = Default::default();
    let need = cholesky_in_place_scratch::<T>(side, Par::Seq, parameters);
    let mut memory = MemBuffer::new(need);
    cholesky_in_place(
        matrix_mut(factor.view_mut()),
        Default::default(),
        Par::Seq,
        MemStack::new(&mut memory),
        parameters,
    )
    .map_err(|LltError::NonPositivePivot { index }| index)?;
    for (j, mut column) in factor.columns_mut().into_iter().enumerate() {
        column.slice_mut(ndarray::s![..j]).fill(T::zero());
        // The library looks at signs; a pivot that is no number has none.
        if !T::is_finite_impl(&column[j]) {
            return Err(j);
        }
    }
    super::copy_in_squares(factor.view(), a);
    Ok(())
}
