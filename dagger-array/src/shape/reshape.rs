//! The same elements, in row-major order, in another shape.

use dagger_core::{Error, Result};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};
use std::ops::Range;
use std::panic::Location;

use super::assemble;
use crate::array::{Block, DArray, Parts};
use crate::blocks::{Blocking, near_cubes};
use crate::element::Element;
use crate::layout::{Layout, Place, for_each_index};
use crate::memory;
use crate::mistake::mistake_at;
use crate::placement::{holding_most, located};

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The elements in row-major order in another shape, in blocks of about the size of the present ones.
    #[track_caller]
    pub fn reshape<S: IntoDimension>(&self, shape: S) -> DArray<T, S::Dim>
    where
        S::Dim: 'static,
    {
        let shape = shape.into_dimension();
        let from = self.layout();
        let longest = |axis| from.cuts(axis).windows(2).map(|cut| cut[1] - cut[0]).max();
        let elements = (0..from.ndim()).filter_map(longest).product::<usize>();
        let layout = near_cubes(&shape, elements.max(1));
        DArray::attempt(reshaped(self, layout, Location::caller()))
    }

    /// The elements in row-major order in another shape and blocks of your choice.
    #[track_caller]
    pub fn reshape_into<S: IntoDimension>(
        &self,
        shape: S,
        blocks: impl Blocking<S::Dim>,
    ) -> DArray<T, S::Dim>
    where
        S::Dim: 'static,
    {
        let layout = blocks.layout(&shape.into_dimension(), size_of::<T>());
        let written = Location::caller();
        DArray::attempt(layout.and_then(|layout| reshaped(self, layout, written)))
    }

    /// All elements in one row, in row-major order.
    #[track_caller]
    pub fn flatten(&self) -> DArray<T, ndarray::Ix1> {
        self.reshape([self.len()])
    }
}

fn reshaped<T, D, O>(
    source: &DArray<T, D>,
    layout: Layout<O>,
    written: &Location<'_>,
) -> Result<Parts<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let (parts, from) = (source.parts()?, source.layout());
    if layout.len() != from.len() {
        let (old, new) = (from.shape(), layout.shape());
        let what = format!(
            "the {} elements of shape {old:?} do not fill shape {new:?}",
            from.len()
        );
        return Err(mistake_at(written, "reshape", what));
    }
    let mut blocks = Vec::with_capacity(layout.blocks());
    let mut owners = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let place = layout.place(position.slice());
        // The source blocks that the block needs, in order of their numbers, and how many elements of each.
        let (mut numbers, mut counts): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for_each_run(&layout, &place, |run| {
            for_each_source(from, run, |number, range| {
                let at = numbers.binary_search(&number).unwrap_or_else(|at| {
                    numbers.insert(at, number);
                    counts.insert(at, 0);
                    at
                });
                counts[at] += range.len();
            });
        });
        let held = numbers.iter().zip(&counts);
        let held = held.filter_map(|(&number, &count)| Some((from.owner(number)?, count)));
        let owner = layout.owner(owners.len()).or_else(|| holding_most(held));
        owners.push(owner);
        let needed: Vec<Block<T, D>> = numbers
            .iter()
            .map(|&number| parts[number].clone())
            .collect();
        let (from, to) = (from.clone(), layout.clone());
        blocks.push(located(owner, || {
            spawn!(reshape_block(needed, numbers, from, to, place))
        }));
    });
    let layout = assemble::followed(layout, owners.into_iter());
    Ok((layout, blocks))
}

/// Calls `visit` with the numbers, in the whole array, of every row's elements of a block.
fn for_each_run<D: Dimension>(
    layout: &Layout<D>,
    place: &Place<D>,
    mut visit: impl FnMut(Range<usize>),
) {
    let (mut rows, mut length) = (place.shape.clone(), 1);
    if let Some(last) = rows.slice_mut().last_mut() {
        length = std::mem::replace(last, 1);
    }
    if length == 0 {
        return;
    }
    for_each_index(&rows, &mut |row| {
        let mut first = 0;
        for (axis, length) in layout.shape().iter().enumerate() {
            first = first * length + place.start[axis] + row[axis];
        }
        visit(first..first + length);
    });
}

/// Calls `visit` with the block, and the place in the block's memory, of every stretch of elements with these numbers.
fn for_each_source<D: Dimension>(
    layout: &Layout<D>,
    mut run: Range<usize>,
    mut visit: impl FnMut(usize, Range<usize>),
) {
    let axes = layout.ndim();
    while !run.is_empty() {
        let (mut number, mut offset, mut stretch) = (0, 0, 1);
        let mut left = run.start;
        let mut index = vec![0; axes];
        for axis in (0..axes).rev() {
            index[axis] = left % layout.shape()[axis];
            left /= layout.shape()[axis];
        }
        for (axis, &at) in index.iter().enumerate() {
            let block = layout.block_of(axis, at);
            let range = layout.range(axis, block);
            number = number * layout.grid()[axis] + block;
            offset = offset * range.len() + (at - range.start);
            // Only along the last axis do elements follow each other.
            stretch = range.end - at;
        }
        let count = stretch.min(run.len());
        visit(number, offset..offset + count);
        run.start += count;
    }
}

#[task(anywhere)]
fn reshape_block<T, D, O>(
    blocks: &[&Array<T, D>],
    numbers: &[usize],
    from: &Layout<D>,
    to: &Layout<O>,
    place: Place<O>,
) -> Result<Array<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let mut elements: Vec<T> = memory::room(place.shape.size());
    let mut fits = true;
    for_each_run(to, &place, |run| {
        for_each_source(from, run, |number, range| {
            let block = numbers.binary_search(&number).ok().map(|at| blocks[at]);
            match block.and_then(|block| block.as_slice()?.get(range)) {
                Some(stretch) => elements.extend_from_slice(stretch),
                None => fits = false,
            }
        });
    });
    match Array::from_shape_vec(place.shape, elements) {
        Ok(block) if fits => Ok(block),
        _ => Err(Error::msg("a block has another shape than its array says")),
    }
}
