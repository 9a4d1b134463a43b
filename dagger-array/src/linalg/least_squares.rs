//! Least squares, through QR.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2, s};
use num_traits::{Float, Zero};
use std::panic::Location;
use std::sync::Arc;

use super::field::Field;
use super::lu::whole_columns;
use super::qr::{Factors, Qr, reflected};
use super::right_side::RightSide;
use super::substitution::{upper_adjoint_step, upper_step};
use super::tile::{Reflectors, Side};
use crate::array::{Block, DArray, Parts};
use crate::layout::{Layout, whole_cuts};
use crate::mistake::{mistake_at, written_at};

impl<T: Field> DArray<T, Ix2> {
    /// The `x` for which `‖A·x − b‖` is least, through QR; where there are many, because the matrix has fewer rows than columns, the least of
    /// them. `b` is a vector, or a matrix whose columns are solved for one by one.
    ///
    /// # Errors
    /// `b` has another length than the matrix has rows (at once). The matrix has not full rank to within rounding: a diagonal element of
    /// `R` is less than `max(rows, columns)·ε` times the largest (when blocks are fetched); its index is told.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// // The line through (0, 1), (1, 3), (2, 5).
    /// let a = DArray::distribute(&array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], Blocks([2, 2]));
    /// let b = DArray::distribute(&array![1.0, 3.0, 5.0], Blocks([2]));
    /// let x: ndarray::Array1<f64> = a.least_squares(&b).collect()?;
    /// assert!((x - array![1.0, 2.0]).iter().all(|error| error.abs() < 1e-14));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn least_squares<B: RightSide<T>>(&self, b: &B) -> B {
        let place = Location::caller();
        let solution = || {
            let b = b.columns()?;
            self.parts()?;
            let (shape, right) = (self.shape(), b.shape()[0]);
            if shape[0] != right {
                let what = format!("a matrix of shape {shape:?} and a right side of {right} rows");
                return Err(mistake_at(place, "least_squares", what));
            }
            let written = written_at(place, "least_squares");
            match shape[0] < shape[1] {
                false => overdetermined(self, &b, &written),
                true => underdetermined(self, &b, &written),
            }
        };
        B::from_columns(solution())
    }
}

/// `x = R⁻¹·Qᴴ·b`.
fn overdetermined<T: Field>(
    a: &DArray<T, Ix2>,
    b: &DArray<T, Ix2>,
    written: &str,
) -> Result<Parts<T, Ix2>> {
    let qr = a.qr();
    let factors = qr.factors()?;
    let (size, flaw) = (a.shape()[1], flaw(factors));
    let r = whole_columns(&qr.r());
    let r_columns = r.parts()?;
    solve_columns(b, factors, |right| {
        let mut x = factors.panels.iter().fold(right.clone(), |x, panel| {
            let side = Side::Adjoint;
            spawn!(reflected(x, panel, side))
        });
        let written = written.to_owned();
        x = spawn!(resized(&x, size, &flaw, written));
        for (column, &start) in r_columns.iter().zip(r.layout().cuts(1)).rev() {
            x = spawn!(upper_step(x, column, start));
        }
        x
    })
}

/// With `Aᴴ = Q·R`: `x = Q·R⁻ᴴ·b`.
fn underdetermined<T: Field>(
    a: &DArray<T, Ix2>,
    b: &DArray<T, Ix2>,
    written: &str,
) -> Result<Parts<T, Ix2>> {
    let qr: Qr<T> = adjoint(a).qr();
    let factors = qr.factors()?;
    let (size, flaw) = (a.shape()[1], flaw(factors));
    let r = whole_columns(&qr.r());
    let r_columns = r.parts()?;
    solve_columns(b, factors, |right| {
        let written = written.to_owned();
        let mut x = spawn!(resized(right, size, &flaw, written));
        for (column, &start) in r_columns.iter().zip(r.layout().cuts(1)) {
            x = spawn!(upper_adjoint_step(x, column, start));
        }
        factors.panels.iter().rev().fold(x, |x, panel| {
            let side = Side::Plain;
            spawn!(reflected(x, panel, side))
        })
    })
}

/// What `solve` makes of each block column of a right side.
fn solve_columns<T: Field>(
    b: &DArray<T, Ix2>,
    factors: &Factors<T>,
    solve: impl Fn(&Block<T, Ix2>) -> Block<T, Ix2>,
) -> Result<Parts<T, Ix2>> {
    let right = whole_columns(b);
    let made: Vec<Block<T, Ix2>> = right.parts()?.iter().map(solve).collect();
    // Of a matrix with fewer rows than columns, the adjoint has been factored.
    let wide = factors.own.shape()[0] != b.shape()[0];
    let unknowns = Arc::clone(&factors.own.all_cuts()[usize::from(!wide)]);
    let length = unknowns[unknowns.len() - 1];
    let columns = |of: &DArray<T, Ix2>| Arc::clone(&of.layout().all_cuts()[1]);
    let work = Layout::from_cuts(Arc::new([whole_cuts(length), columns(&right)]));
    let wanted = Layout::from_cuts(Arc::new([unknowns, columns(b)]));
    DArray::of(work, made).rechunk(wanted).into_parts()
}

/// The transpose, conjugated.
pub(super) fn adjoint<T: Field>(a: &DArray<T, Ix2>) -> DArray<T, Ix2> {
    match T::IS_REAL {
        true => a.t(),
        false => a.t().map(|element: T| T::conj_impl(&element)).eval(),
    }
}

/// The first column that depends on those before it.
fn flaw<T: Field>(factors: &Factors<T>) -> Task<Option<usize>> {
    let sizes = factors
        .panels
        .iter()
        .map(|panel| spawn!(pivot_sizes(panel)));
    let sizes: Vec<Task<Vec<T::RealPart>>> = sizes.collect();
    let longest = factors.own.shape().iter().copied().max().unwrap_or(0);
    spawn!(first_small::<T>(sizes, longest))
}

#[task]
fn pivot_sizes<T: Field>(panel: &Reflectors<T>) -> Vec<T::RealPart> {
    panel.diagonal().map(|pivot| T::abs_impl(&pivot)).collect()
}

#[task]
fn first_small<T: Field>(sizes: &[&Vec<T::RealPart>], longest: usize) -> Option<usize> {
    let sizes = || sizes.iter().flat_map(|sizes| sizes.iter().copied());
    let largest = sizes().fold(T::RealPart::zero(), Float::max);
    let length = <T::RealPart as num_traits::NumCast>::from(longest);
    let limit = length.unwrap_or_else(Float::max_value) * T::RealPart::epsilon() * largest;
    sizes().position(|size| size <= limit)
}

/// The first `rows` rows; zeros below, where there are not as many. An error if there is a flaw.
#[task]
fn resized<T: Field>(
    x: &Array2<T>,
    rows: usize,
    flaw: &Option<usize>,
    written: String,
) -> Result<Array2<T>> {
    if let Some(index) = flaw {
        return Err(Error::msg(format!(
            "{written}: the matrix has not full rank: element {index} of the diagonal of R is zero to within rounding"
        )));
    }
    let mut resized = Array2::zeros((rows, x.ncols()));
    let kept = s![..rows.min(x.nrows()), ..];
    resized.slice_mut(kept).assign(&x.slice(kept));
    Ok(resized)
}
