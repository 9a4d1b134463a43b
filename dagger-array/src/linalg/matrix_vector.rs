//! Products of a matrix and a vector: bound by reading the matrix, so every block is read once, by a task of its own.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array1, Array2, Ix1, Ix2};
use std::panic::Location;
use std::sync::Arc;

use super::kernel::MatrixElement;
use crate::array::{Block, DArray, Parts};
use crate::layout::Layout;
use crate::mistake::mistake_at;

pub(super) fn matrix_by_vector<T: MatrixElement>(
    a: &DArray<T, Ix2>,
    x: &DArray<T, Ix1>,
    written: &Location<'_>,
) -> Result<Parts<T, Ix1>> {
    multiplied(a, x, 1, (a.shape(), x.shape()), written, |block, x| {
        spawn!(rows_by_vector(block, x))
    })
}

pub(super) fn vector_by_matrix<T: MatrixElement>(
    x: &DArray<T, Ix1>,
    a: &DArray<T, Ix2>,
    written: &Location<'_>,
) -> Result<Parts<T, Ix1>> {
    multiplied(a, x, 0, (x.shape(), a.shape()), written, |block, x| {
        spawn!(vector_by_rows(x, block))
    })
}

/// Sums over axis `inner` of the matrix; `shapes` in the order they were written.
fn multiplied<T: MatrixElement>(
    a: &DArray<T, Ix2>,
    x: &DArray<T, Ix1>,
    inner: usize,
    shapes: (&[usize], &[usize]),
    written: &Location<'_>,
    spawn: impl Fn(&Block<T, Ix2>, &Block<T, Ix1>) -> Block<T, Ix1>,
) -> Result<Parts<T, Ix1>> {
    let tiles = a.parts()?;
    x.parts()?;
    if a.shape()[inner] != x.len() {
        let what = format!(
            "shapes {:?} and {:?} do not fit together",
            shapes.0, shapes.1
        );
        return Err(mistake_at(written, "dot", what));
    }
    let cuts = |axis: usize| Arc::new([Arc::clone(&a.layout().all_cuts()[axis])]);
    let x = x.rechunk(Layout::from_cuts(cuts(inner)));
    let parts = x.parts()?;
    let layout = Layout::<Ix1>::from_cuts(cuts(1 - inner));
    let columns = a.layout().grid()[1];
    let made = (0..layout.blocks()).map(|outer| {
        let partial = (0..parts.len()).map(|k| {
            let number = match inner {
                1 => outer * columns + k,
                _ => k * columns + outer,
            };
            spawn(&tiles[number], &parts[k])
        });
        let mut partial: Vec<Block<T, Ix1>> = partial.collect();
        match partial.len() {
            1 => partial.remove(0),
            _ => spawn!(sum_vectors(partial)),
        }
    });
    let made: Vec<Block<T, Ix1>> = made.collect();
    Ok((layout, made))
}

#[task(anywhere)]
fn rows_by_vector<T: MatrixElement>(block: &Array2<T>, x: &Array1<T>) -> Array1<T> {
    let sum = |row: &[T], x: &[T]| {
        let mut lanes = [T::zero(); 8];
        let ((row, rest), (x, x_rest)) = (row.as_chunks::<8>(), x.as_chunks::<8>());
        for (row, x) in row.iter().zip(x) {
            for lane in 0..8 {
                lanes[lane] = lanes[lane] + row[lane] * x[lane];
            }
        }
        let rest = rest
            .iter()
            .zip(x_rest)
            .fold(T::zero(), |sum, (&a, &x)| sum + a * x);
        lanes.into_iter().fold(rest, |sum, lane| sum + lane)
    };
    match x.as_slice() {
        Some(x) if block.is_standard_layout() => block
            .rows()
            .into_iter()
            .map(|row| sum(row.to_slice().unwrap_or(&[]), x))
            .collect(),
        _ => block
            .rows()
            .into_iter()
            .map(|row| {
                row.iter()
                    .zip(x)
                    .fold(T::zero(), |sum, (&a, &x)| sum + a * x)
            })
            .collect(),
    }
}

/// Row by row, as the block lies in memory.
#[task(anywhere)]
fn vector_by_rows<T: MatrixElement>(x: &Array1<T>, block: &Array2<T>) -> Array1<T> {
    let mut sum = Array1::zeros(block.ncols());
    for (row, &factor) in block.rows().into_iter().zip(x) {
        sum.zip_mut_with(&row, |sum, &a| *sum = *sum + factor * a);
    }
    sum
}

/// The sum, halves first.
#[task(anywhere)]
fn sum_vectors<T: MatrixElement>(partial: &[&Array1<T>]) -> Array1<T> {
    fn halves<T: MatrixElement>(partial: &[&Array1<T>]) -> Array1<T> {
        match partial {
            [one] => (*one).clone(),
            _ => {
                let (left, right) = partial.split_at(partial.len() / 2);
                let mut sum = halves(left);
                sum.zip_mut_with(&halves(right), |sum, &more| *sum = *sum + more);
                sum
            }
        }
    }
    match partial.is_empty() {
        true => Array1::zeros(0),
        false => halves(partial),
    }
}
