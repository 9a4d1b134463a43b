//! The product of two matrices.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::kernel::{MatrixElement, multiply};
use crate::array::{Block, DArray, Parts};
use crate::layout::{Cuts, Layout, regular_cuts};
use crate::mistake::mistake_at;

/// Tiles with shorter edges than this are joined: packing them would cost more than the arithmetic saves.
const SHORT: usize = 128;
/// The edge of joined tiles, and of tiles cut from blocks longer than [`LONG`].
const EDGE: usize = 512;
/// Tiles with longer edges than this are cut, so that there is work for every thread.
const LONG: usize = 1024;
/// How many sums there are to work on at the same time, at least, where the inner dimension allows.
const CHAINS: usize = 16;

pub(super) fn matrices<T: MatrixElement>(
    a: &DArray<T, Ix2>,
    b: &DArray<T, Ix2>,
    written: &Location<'_>,
) -> Result<Parts<T, Ix2>> {
    a.parts()?;
    b.parts()?;
    if a.shape()[1] != b.shape()[0] {
        let what = format!(
            "shapes {:?} and {:?} do not fit together",
            a.shape(),
            b.shape()
        );
        return Err(mistake_at(written, "dot", what));
    }
    // As the operands are cut, and as they are cut for the work.
    let cuts = |of: &DArray<T, Ix2>, axis: usize| Arc::clone(&of.layout().all_cuts()[axis]);
    let (rows, columns) = (cuts(a, 0), cuts(b, 1));
    let inner = tiled(&cuts(a, 1));
    let (tiled_rows, tiled_columns) = (tiled(&rows), tiled(&columns));
    let layout = |rows: &Cuts, columns: &Cuts| {
        Layout::<Ix2>::from_cuts(Arc::new([Arc::clone(rows), Arc::clone(columns)]))
    };
    let a = a.rechunk(layout(&tiled_rows, &inner));
    let b = b.rechunk(layout(&inner, &tiled_columns));
    let (a_tiles, b_tiles) = (a.parts()?, b.parts()?);
    let work = layout(&tiled_rows, &tiled_columns);
    let (depth, width) = (inner.len() - 1, work.grid()[1]);
    let chains = (CHAINS / work.blocks()).clamp(1, depth);
    let mut made = Vec::with_capacity(work.blocks());
    work.for_each(|position| {
        let (i, j) = (position[0], position[1]);
        let pairs = (0..depth).map(|k| (&a_tiles[i * depth + k], &b_tiles[k * width + j]));
        made.push(sum_of_products(pairs, depth, chains));
    });
    let product = DArray::of(work, made).rechunk(layout(&rows, &columns));
    product.into_parts()
}

/// The sum of the products of `depth` pairs of tiles, as so many chains of tasks that each add to one tile in place.
fn sum_of_products<'a, T: MatrixElement>(
    mut pairs: impl Iterator<Item = (&'a Block<T, Ix2>, &'a Block<T, Ix2>)>,
    depth: usize,
    chains: usize,
) -> Block<T, Ix2> {
    let mut sums = Vec::with_capacity(chains);
    for chain in 0..chains {
        let length = depth * (chain + 1) / chains - depth * chain / chains;
        let mut sum: Option<Block<T, Ix2>> = None;
        for (a, b) in pairs.by_ref().take(length) {
            sum = Some(match sum {
                Some(sum) => spawn!(multiply_add(sum, a, b)),
                None => spawn!(multiply_tiles(a, b)),
            });
        }
        sums.extend(sum);
    }
    let mut sums = sums.into_iter();
    let first = sums
        .next()
        .expect("a grid has at least one block along each axis");
    sums.fold(first, |sum, more| spawn!(add_tile(sum, more)))
}

/// Cuts for the work: those there are, unless they are too short or too long.
pub(super) fn tiled(cuts: &Cuts) -> Cuts {
    let length = cuts[cuts.len() - 1];
    let longest = cuts
        .windows(2)
        .map(|cut| cut[1] - cut[0])
        .max()
        .unwrap_or(0);
    let mean = length / (cuts.len() - 1);
    let good = longest <= LONG && (mean >= SHORT || cuts.len() == 2);
    if good {
        return Arc::clone(cuts);
    }
    let tiles = length.div_ceil(EDGE).max(1);
    regular_cuts(length, length.div_ceil(tiles).max(1))
}

#[task(anywhere)]
fn multiply_tiles<T: MatrixElement>(a: &Array2<T>, b: &Array2<T>) -> Array2<T> {
    multiply(a.view(), b.view())
}

#[task(anywhere)]
fn multiply_add<T: MatrixElement>(mut c: Array2<T>, a: &Array2<T>, b: &Array2<T>) -> Array2<T> {
    T::multiply_into(c.view_mut(), true, a.view(), b.view());
    c
}

#[task(anywhere)]
fn add_tile<T: MatrixElement>(mut sum: Array2<T>, more: &Array2<T>) -> Array2<T> {
    sum.zip_mut_with(more, |sum, more| *sum = *sum + *more);
    sum
}
