//! Other orders of the axes.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array, ArrayView, Axis, Dimension, IntoDimension, Slice, Zip};
use std::mem::MaybeUninit;
use std::panic::Location;
use std::sync::Arc;

use crate::array::{DArray, Parts};
use crate::element::Element;
use crate::layout::{Axes, Layout};
use crate::mistake::mistake_at;
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The array with its axes in reverse order; of a matrix, its transpose.
    #[track_caller]
    pub fn t(&self) -> DArray<T, D> {
        let order: Vec<usize> = (0..self.ndim()).rev().collect();
        DArray::attempt(permuted(self, &order, Location::caller()))
    }

    /// The array with its axes in another order: axis `i` of the result is axis `axes[i]` of this array.
    #[track_caller]
    pub fn permuted_axes(&self, axes: impl IntoDimension<Dim = D>) -> DArray<T, D> {
        let axes = axes.into_dimension();
        DArray::attempt(permuted(self, axes.slice(), Location::caller()))
    }

    /// The array with two axes exchanged.
    #[track_caller]
    pub fn swap_axes(&self, one: usize, other: usize) -> DArray<T, D> {
        let mut order: Vec<usize> = (0..self.ndim()).collect();
        // An axis that is not there makes an order that is none, which `permuted` names.
        if let (Some(&a), Some(&b)) = (order.get(one), order.get(other)) {
            (order[one], order[other]) = (b, a);
        } else {
            order = vec![one, other];
        }
        DArray::attempt(permuted(self, &order, Location::caller()))
    }
}

fn permuted<T: Element, D: Dimension + 'static>(
    source: &DArray<T, D>,
    order: &[usize],
    written: &Location<'_>,
) -> Result<Parts<T, D>> {
    let (parts, from) = (source.parts()?, source.layout());
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..from.ndim()) {
        let what = format!(
            "{order:?} is no order of the axes of shape {:?}",
            from.shape()
        );
        return Err(mistake_at(written, "permuted_axes", what));
    }
    let cuts = order.iter().map(|&axis| Arc::clone(&from.all_cuts()[axis]));
    let source = |position: &D| {
        let mut source = position.clone();
        for (out, &axis) in order.iter().enumerate() {
            source[axis] = position[out];
        }
        from.number(source.slice())
    };
    let layout = Layout::<D>::from_cuts(cuts.collect())
        .owned_as(from, |position| from.owner(source(position)));
    let mut axes = D::zeros(order.len());
    axes.slice_mut().copy_from_slice(order);
    let mut blocks = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let (block, axes) = (&parts[source(position)], Axes(axes.clone()));
        blocks.push(located(layout.owner(blocks.len()), || {
            spawn!(permute_block(block, axes))
        }));
    });
    Ok((layout, blocks))
}

#[task(anywhere)]
fn permute_block<T: Element, D: Dimension + 'static>(
    block: &Array<T, D>,
    axes: Axes<D>,
) -> Array<T, D> {
    row_major(block.view().permuted_axes(axes.0))
}

/// A copy in row-major order. Where reading and writing go along different axes, it goes in tiles that fit the first-level cache.
pub(crate) fn row_major<T: Element, D: Dimension>(view: ArrayView<'_, T, D>) -> Array<T, D> {
    /// The edge of a tile.
    const TILE: usize = 32;
    let mut made: Array<MaybeUninit<T>, D> = Array::uninit(view.raw_dim());
    let last = view.ndim().saturating_sub(1);
    // The axis along which the source lies in one piece.
    let near = (0..view.ndim()).min_by_key(|&axis| match view.len_of(Axis(axis)) {
        1 => isize::MAX,
        _ => view.stride_of(Axis(axis)).abs(),
    });
    let near = near.unwrap_or(last);
    let pieces = |axis: usize| {
        let length = view.shape().get(axis).copied().unwrap_or(1);
        let edge = if near == last { length.max(1) } else { TILE };
        (0..length)
            .step_by(edge)
            .map(move |start| start..(start + edge).min(length))
    };
    for rows in pieces(near) {
        for columns in pieces(last) {
            let tile = |axis: usize, length: usize| {
                if axis == near && near != last {
                    Slice::from(rows.clone())
                } else if axis == last && near != last {
                    Slice::from(columns.clone())
                } else {
                    Slice::from(0..length)
                }
            };
            let into = made.slice_each_axis_mut(|axis| tile(axis.axis.index(), axis.len));
            let from = view.slice_each_axis(|axis| tile(axis.axis.index(), axis.len));
            Zip::from(into).and(from).for_each(|place, element| {
                place.write(element.clone());
            });
            if near == last {
                break;
            }
        }
    }
    // SAFETY: if both axes are the same, the only tile is everything (if that is not empty). Otherwise the tiles' ranges along either of
    // the two axes join from 0 to the length, and along others they are everything; all pairs of them were visited.
    unsafe { made.assume_init() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2, Array3, arr0};

    #[test]
    fn copies_in_tiles_are_copies() {
        for shape in [
            (1, 1),
            (31, 33),
            (64, 5),
            (5, 64),
            (100, 70),
            (0, 3),
            (3, 0),
        ] {
            let a = Array2::from_shape_fn(shape, |(i, j)| (i * 1000 + j).to_string());
            let t = row_major(a.t());
            assert!(t.is_standard_layout());
            assert_eq!(t, a.t());
            assert_eq!(row_major(a.view()), a);
        }
        let a = Array3::from_shape_fn((7, 40, 35), |(i, j, k)| i * 10_000 + j * 100 + k);
        for axes in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let view = a.view().permuted_axes(axes);
            assert_eq!(row_major(view), view);
        }
        assert_eq!(row_major(arr0(3).view()), arr0(3));
        assert_eq!(
            row_major(Array1::from_elem(70, 1).view()),
            Array1::from_elem(70, 1)
        );
    }
}
