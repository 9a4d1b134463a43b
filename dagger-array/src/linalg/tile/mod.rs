//! What is done inside one tile, on one thread: the kernels of `faer`, on ndarray's views.
//!
//! The library is generic over numbers and takes any strides. It is fastest on column-major matrices where it factors, so those
//! kernels work on a column-major copy; products and triangular solves take tiles as they lie.

mod cholesky;
mod lu;
mod product;
mod qr;
mod spectral;
mod triangular;

pub(super) use cholesky::cholesky;
pub(super) use lu::{Moves, lu};
pub(super) use product::{Side, subtract_own_product, subtract_product};
pub(super) use qr::{Reflectors, qr};
pub(super) use spectral::{Eigen, Singular, eigen, eigenvalues, singular, singular_values};
pub use triangular::{Diag, Triangle};
pub(super) use triangular::{solve_left, solve_right_adjoint};

use faer::{MatMut, MatRef};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, ShapeBuilder, s};

use super::field::Field;

/// A view as the library's.
fn matrix<T>(view: ArrayView2<'_, T>) -> MatRef<'_, T> {
    let ((rows, columns), strides) = (view.dim(), view.strides());
    // SAFETY: the view's elements are initialised and alive for its lifetime, which the result has; they lie where its pointer, shape
    // and strides, counted in elements as the library does, say.
    unsafe { MatRef::from_raw_parts(view.as_ptr(), rows, columns, strides[0], strides[1]) }
}

/// A view for changing, as the library's.
fn matrix_mut<T>(mut view: ArrayViewMut2<'_, T>) -> MatMut<'_, T> {
    let (rows, columns) = view.dim();
    let (down, right) = (view.strides()[0], view.strides()[1]);
    // SAFETY: as in `matrix`; the view is exclusive for its lifetime, and it is consumed. No two indices name the same element of a
    // view for changing.
    unsafe { MatMut::from_raw_parts_mut(view.as_mut_ptr(), rows, columns, down, right) }
}

/// A copy in column-major order.
fn column_major<T: Field>(view: ArrayView2<'_, T>) -> Array2<T> {
    let mut copy = Array2::zeros(view.raw_dim().f());
    copy_in_squares(view, copy.view_mut());
    copy
}

/// Copies between sides of different orders, in squares that stay in the first-level cache.
fn copy_in_squares<T: Field>(from: ArrayView2<'_, T>, mut to: ArrayViewMut2<'_, T>) {
    /// The edge of a square.
    const EDGE: usize = 32;
    let (rows, columns) = from.dim();
    for top in (0..rows).step_by(EDGE) {
        for left in (0..columns).step_by(EDGE) {
            let square = s![
                top..(top + EDGE).min(rows),
                left..(left + EDGE).min(columns)
            ];
            to.slice_mut(square).assign(&from.slice(square));
        }
    }
}
