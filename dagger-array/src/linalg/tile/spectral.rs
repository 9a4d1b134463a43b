//! Eigenvalues of a self-adjoint matrix, and singular values, where everything is in one tile.

use dagger_macros::Wire;
use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{self, ComputeSvdVectors, svd_scratch};
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder};

use super::{matrix, matrix_mut};
use crate::linalg::field::Field;

/// The iteration did not end: where it should, the input is not made of numbers.
#[derive(Clone, Copy, Debug)]
pub(in crate::linalg) struct NotConverged;

/// Eigenvalues in ascending order, and eigenvectors as columns.
#[derive(Clone, Debug, Wire)]
pub(in crate::linalg) struct Eigen<T, R> {
    pub(in crate::linalg) values: Array1<R>,
    pub(in crate::linalg) vectors: Array2<T>,
}

/// Singular values in descending order; left singular vectors as columns, right ones as conjugated rows.
#[derive(Clone, Debug, Wire)]
pub(in crate::linalg) struct Singular<T, R> {
    pub(in crate::linalg) left: Array2<T>,
    pub(in crate::linalg) values: Array1<R>,
    pub(in crate::linalg) right: Array2<T>,
}

/// Eigenvalues and eigenvectors of a square matrix of which the lower triangle is read.
pub(in crate::linalg) fn eigen<T: Field>(
    a: ArrayView2<'_, T>,
) -> Result<Eigen<T, T::RealPart>, NotConverged> {
    let side = a.nrows();
    let mut vectors = Array2::zeros((side, side).f());
    let values = self_adjoint(a, Some(&mut vectors))?;
    let vectors = vectors.as_standard_layout().into_owned();
    Ok(Eigen { values, vectors })
}

/// Eigenvalues alone.
pub(in crate::linalg) fn eigenvalues<T: Field>(
    a: ArrayView2<'_, T>,
) -> Result<Array1<T::RealPart>, NotConverged> {
    self_adjoint(a, None)
}

fn self_adjoint<T: Field>(
    a: ArrayView2<'_, T>,
    vectors: Option<&mut Array2<T>>,
) -> Result<Array1<T::RealPart>, NotConverged> {
    let side = a.nrows();
    assert_eq!(side, a.ncols(), "a square tile");
    if side == 0 {
        return Ok(Array1::zeros(0));
    }
    finite(a)?;
    let wanted = match vectors {
        Some(_) => ComputeEigenvectors::Yes,
        None => ComputeEigenvectors::No,
    };
    let parameters = Default::default();
    let need = self_adjoint_evd_scratch::<T>(side, wanted, Par::Seq, parameters);
    let mut memory = MemBuffer::new(need);
    let mut values = vec![T::zero(); side];
    self_adjoint_evd(
        matrix(a),
        DiagMut::from_slice_mut(&mut values),
        vectors.map(|vectors| matrix_mut(vectors.view_mut())),
        Par::Seq,
        MemStack::new(&mut memory),
        parameters,
    )
    .map_err(|_| NotConverged)?;
    Ok(values.iter().map(T::real_part_impl).collect())
}

/// The thin singular value decomposition.
pub(in crate::linalg) fn singular<T: Field>(
    a: ArrayView2<'_, T>,
) -> Result<Singular<T, T::RealPart>, NotConverged> {
    let (rows, columns) = a.dim();
    let size = rows.min(columns);
    let mut left = Array2::zeros((rows, size).f());
    let mut right = Array2::zeros((columns, size).f());
    let values = decompose(a, Some((&mut left, &mut right)))?;
    let mut right = right.reversed_axes();
    right.mapv_inplace(|element| T::conj_impl(&element));
    Ok(Singular {
        left: left.as_standard_layout().into_owned(),
        values,
        right: right.as_standard_layout().into_owned(),
    })
}

/// Singular values alone.
pub(in crate::linalg) fn singular_values<T: Field>(
    a: ArrayView2<'_, T>,
) -> Result<Array1<T::RealPart>, NotConverged> {
    decompose(a, None)
}

fn decompose<T: Field>(
    a: ArrayView2<'_, T>,
    vectors: Option<(&mut Array2<T>, &mut Array2<T>)>,
) -> Result<Array1<T::RealPart>, NotConverged> {
    let (rows, columns) = a.dim();
    let size = rows.min(columns);
    if size == 0 {
        return Ok(Array1::zeros(0));
    }
    finite(a)?;
    let wanted = match vectors {
        Some(_) => ComputeSvdVectors::Thin,
        None => ComputeSvdVectors::No,
    };
    let parameters = Default::default();
    let need = svd_scratch::<T>(rows, columns, wanted, wanted, Par::Seq, parameters);
    let mut memory = MemBuffer::new(need);
    let mut values = vec![T::zero(); size];
    let (left, right) = vectors.unzip();
    svd::svd(
        matrix(a),
        DiagMut::from_slice_mut(&mut values),
        left.map(|left| matrix_mut(left.view_mut())),
        right.map(|right| matrix_mut(right.view_mut())),
        Par::Seq,
        MemStack::new(&mut memory),
        parameters,
    )
    .map_err(|_| NotConverged)?;
    Ok(values.iter().map(T::real_part_impl).collect())
}

/// The iterations do not end well where there are NaN or infinities.
fn finite<T: Field>(a: ArrayView2<'_, T>) -> Result<(), NotConverged> {
    match a.iter().all(T::is_finite_impl) {
        true => Ok(()),
        false => Err(NotConverged),
    }
}
