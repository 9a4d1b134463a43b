//! Singular values and vectors.
//!
//! A matrix that is much longer than wide, or the other way round, goes through QR, which is done in parallel; what remains is a small matrix. That, and
//! any other, is put together in one block for the library's decomposition, on one thread.

use dagger_core::{Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array1, Array2, Ix1, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::cuts::clipped;
use super::eigh::{not_converged, one_block};
use super::field::Field;
use super::least_squares::adjoint;
use super::tile::{self, Singular};
use crate::array::{Block, DArray};
use crate::layout::{Cuts, Layout};
use crate::mistake::written_at;

/// How many times longer than wide a matrix is for QR to pay.
const LONG: usize = 2;

/// The thin singular value decomposition `A = U·diag(s)·Vᴴ`.
#[derive(Clone)]
pub struct Svd<T: Field> {
    /// The left singular vectors, orthonormal columns.
    pub u: DArray<T, Ix2>,
    /// The singular values, in descending order.
    pub s: DArray<T::RealPart, Ix1>,
    /// The right singular vectors, orthonormal rows: `Vᴴ`.
    pub vt: DArray<T, Ix2>,
}

impl<T: Field> DArray<T, Ix2> {
    /// The thin singular value decomposition `A = U·diag(s)·Vᴴ`.
    ///
    /// Of a matrix at least twice as long as wide (or the other way round), most of the work is done in parallel; of any other, by one
    /// task, which holds it as one block.
    ///
    /// # Errors
    /// The matrix holds NaN or infinities (when blocks are fetched).
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Array2, Ix2};
    /// let a = DArray::<f64, Ix2>::random([30, 8], Blocks([8, 8]));
    /// let Svd { u, s, vt } = a.svd();
    /// let product = u.collect()?.dot(&Array2::from_diag(&s.collect()?)).dot(&vt.collect()?);
    /// assert!((product - a.collect()?).iter().all(|x| x.abs() < 1e-13));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn svd(&self) -> Svd<T> {
        let written = written_at(Location::caller(), "svd");
        let shape = self.shape();
        if shape[1] > LONG * shape[0] {
            let Svd { u, s, vt } = by_qr(&adjoint(self), &written);
            return Svd {
                u: adjoint(&vt),
                s,
                vt: adjoint(&u),
            };
        }
        match shape[0] > LONG * shape[1] {
            true => by_qr(self, &written),
            false => in_one_block(self, &written),
        }
    }

    /// The singular values alone, in descending order; see [`svd`](Self::svd).
    ///
    /// # Errors
    /// As of [`svd`](Self::svd).
    #[track_caller]
    pub fn singular_values(&self) -> DArray<T::RealPart, Ix1> {
        let written = written_at(Location::caller(), "singular_values");
        let (rows, columns) = (self.shape()[0], self.shape()[1]);
        let small = if rows > LONG * columns {
            self.qr().r()
        } else if columns > LONG * rows {
            adjoint(self).qr().r()
        } else {
            self.clone()
        };
        match one_block(&small) {
            Ok(block) => values(&small, spawn!(singular_values(&block, written))),
            Err(error) => DArray::failed(error),
        }
    }
}

fn by_qr<T: Field>(a: &DArray<T, Ix2>, written: &str) -> Svd<T> {
    let qr = a.qr();
    let Svd { u, s, vt } = in_one_block(&qr.r(), written);
    Svd {
        u: qr.q().dot(&u),
        s,
        vt,
    }
}

fn in_one_block<T: Field>(a: &DArray<T, Ix2>, written: &str) -> Svd<T> {
    let whole = match one_block(a) {
        Ok(whole) => whole,
        Err(error) => {
            return Svd {
                u: DArray::failed(error.clone()),
                s: DArray::failed(error.clone()),
                vt: DArray::failed(error),
            };
        }
    };
    let written = written.to_owned();
    let parts: Task<Singular<T, T::RealPart>> = spawn!(singular(&whole, written));
    let (cuts, size) = (a.layout().all_cuts(), size(a));
    let matrix = |rows: Cuts, columns: Cuts, block: Block<T, Ix2>| {
        let layout = Layout::from_cuts(Arc::new([rows, columns]));
        DArray::of(Layout::whole(&layout.raw_dim()), vec![block]).rechunk(layout)
    };
    let (left, right) = (spawn!(left_of(&parts)), spawn!(right_of(&parts)));
    Svd {
        u: matrix(Arc::clone(&cuts[0]), clipped(&cuts[1], size), left),
        s: values(a, spawn!(values_of::<T>(&parts))),
        vt: matrix(clipped(&cuts[0], size), Arc::clone(&cuts[1]), right),
    }
}

/// One value a column, or a row if these are fewer.
fn values<T: Field>(
    a: &DArray<T, Ix2>,
    values: Block<T::RealPart, Ix1>,
) -> DArray<T::RealPart, Ix1> {
    let layout = Layout::from_cuts(Arc::new([clipped(&a.layout().all_cuts()[1], size(a))]));
    DArray::of(Layout::whole(&layout.raw_dim()), vec![values]).rechunk(layout)
}

fn size<T: Field>(a: &DArray<T, Ix2>) -> usize {
    a.shape()[0].min(a.shape()[1])
}

#[task]
fn singular<T: Field>(whole: &Array2<T>, written: String) -> Result<Singular<T, T::RealPart>> {
    tile::singular(whole.view()).map_err(|_| not_converged(&written))
}

#[task]
fn singular_values<T: Field>(whole: &Array2<T>, written: String) -> Result<Array1<T::RealPart>> {
    tile::singular_values(whole.view()).map_err(|_| not_converged(&written))
}

#[task]
fn left_of<T: Field>(parts: &Singular<T, T::RealPart>) -> Array2<T> {
    parts.left.clone()
}

#[task]
fn values_of<T: Field>(parts: &Singular<T, T::RealPart>) -> Array1<T::RealPart> {
    parts.values.clone()
}

#[task]
fn right_of<T: Field>(parts: &Singular<T, T::RealPart>) -> Array2<T> {
    parts.right.clone()
}
