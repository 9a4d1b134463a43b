//! The product of a matrix and its own transpose.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2};
use std::sync::Arc;

use super::kernel::{MatrixElement, multiply};
use super::product::tiled;
use crate::array::{Block, DArray, Parts};
use crate::layout::Layout;

impl<T: MatrixElement> DArray<T, Ix2> {
    /// The matrix times its own transpose (not conjugated), for half the arithmetic of [`dot`](Self::dot). Only the tiles at and
    /// below the diagonal are computed, those above are copies.
    pub fn syrk(&self) -> DArray<T, Ix2> {
        DArray::attempt(by_own_transpose(self))
    }
}

fn by_own_transpose<T: MatrixElement>(a: &DArray<T, Ix2>) -> Result<Parts<T, Ix2>> {
    a.parts()?;
    let own = &a.layout().all_cuts()[0];
    let (rows, inner) = (tiled(own), tiled(&a.layout().all_cuts()[1]));
    let layout =
        |one, other| Layout::<Ix2>::from_cuts(Arc::new([Arc::clone(one), Arc::clone(other)]));
    let a = a.rechunk(layout(&rows, &inner));
    let tiles = a.parts()?;
    let (side, depth) = (rows.len() - 1, inner.len() - 1);
    let mut lower: Vec<Block<T, Ix2>> = Vec::with_capacity(side * (side + 1) / 2);
    for i in 0..side {
        for j in 0..=i {
            let (left, right) = (&tiles[i * depth], &tiles[j * depth]);
            let first = spawn!(multiply_transposed(left, right));
            lower.push((1..depth).fold(first, |sum, k| {
                let (left, right) = (&tiles[i * depth + k], &tiles[j * depth + k]);
                spawn!(multiply_transposed_add(sum, left, right))
            }));
        }
    }
    let at = |i: usize, j: usize| &lower[i * (i + 1) / 2 + j];
    let mut made = Vec::with_capacity(side * side);
    for i in 0..side {
        for j in 0..side {
            made.push(match j <= i {
                true => at(i, j).clone(),
                false => {
                    let tile = at(j, i);
                    spawn!(transpose_tile(tile))
                }
            });
        }
    }
    DArray::of(layout(&rows, &rows), made)
        .rechunk(layout(own, own))
        .into_parts()
}

#[task(anywhere)]
fn multiply_transposed<T: MatrixElement>(a: &Array2<T>, b: &Array2<T>) -> Array2<T> {
    multiply(a.view(), b.t())
}

#[task(anywhere)]
fn multiply_transposed_add<T: MatrixElement>(
    mut c: Array2<T>,
    a: &Array2<T>,
    b: &Array2<T>,
) -> Array2<T> {
    T::multiply_into(c.view_mut(), true, a.view(), b.t());
    c
}

#[task(anywhere)]
fn transpose_tile<T: MatrixElement>(tile: &Array2<T>) -> Array2<T> {
    tile.t().as_standard_layout().into_owned()
}
