//! Making a block of parts of others.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension, Zip};
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::segment::Segment;
use crate::array::{Block, DArray};
use crate::element::Element;
use crate::layout::{Axes, Layout, for_each_index};
use crate::placement::{holding_most, located};

/// A block of shape `out` (with as many elements as the segments make), of parts of the source's blocks, made on a worker. `along` has the
/// segments of every axis of the source.
pub(crate) fn block<T, D, O>(
    source: &DArray<T, D>,
    along: Vec<Vec<Segment>>,
    out: O,
    owner: Option<usize>,
) -> Result<Task<Array<T, O>>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let (parts, layout) = (source.parts()?, source.layout());
    let mut blocks: Vec<Block<T, D>> = Vec::new();
    for_each_index(&counts::<D>(&along), &mut |choice| {
        let mut position = choice.clone();
        for axis in 0..position.ndim() {
            position[axis] = along[axis][choice[axis]].block;
        }
        blocks.push(parts[layout.number(position.slice())].clone());
    });
    let out = Axes(out);
    Ok(located(owner, || spawn!(assemble(&blocks, along, out))))
}

/// The worker that holds most of a block that is made of these segments, if it is fixed where the source's blocks are.
pub(crate) fn home<D: Dimension>(layout: &Layout<D>, along: &[Vec<Segment>]) -> Option<usize> {
    layout.owners()?;
    let mut parts = Vec::new();
    for_each_index(&counts::<D>(along), &mut |choice| {
        let (mut position, mut elements) = (choice.clone(), 1);
        for axis in 0..position.ndim() {
            let segment = &along[axis][choice[axis]];
            position[axis] = segment.block;
            elements *= segment.to.len();
        }
        let owner = layout.owner(layout.number(position.slice()));
        parts.extend(owner.map(|owner| (owner, elements)));
    });
    holding_most(parts.into_iter())
}

/// The owners of blocks that follow those of another array.
pub(crate) fn followed<D: Dimension>(
    layout: Layout<D>,
    owners: impl Iterator<Item = Option<usize>>,
) -> Layout<D> {
    if layout.owners().is_some() {
        return layout;
    }
    // Fixed for all or for none.
    let owners = owners.map(|owner| u32::try_from(owner?).ok());
    let owners: Option<Arc<[u32]>> = owners.collect();
    layout.owned(owners)
}

/// A block that is kept on another worker than it is now.
pub(crate) fn moved<T: Element, D: Dimension + 'static>(
    block: &Block<T, D>,
    owner: Option<usize>,
) -> Block<T, D> {
    located(owner, || spawn!(kept(block)))
}

/// The source's block itself, where the segments say that the result is exactly that.
pub(crate) fn same<D: Dimension>(layout: &Layout<D>, along: &[Vec<Segment>]) -> Option<usize> {
    let mut position = Vec::with_capacity(along.len());
    for (axis, segments) in along.iter().enumerate() {
        let [
            Segment {
                block, from, step, ..
            },
        ] = segments.as_slice()
        else {
            return None;
        };
        if *step != 1 || from.len() != layout.range(axis, *block).len() {
            return None;
        }
        position.push(*block);
    }
    Some(layout.number(&position))
}

/// How many segments each axis has.
fn counts<D: Dimension>(along: &[Vec<Segment>]) -> D {
    let mut counts = D::zeros(along.len());
    for (axis, segments) in along.iter().enumerate() {
        counts[axis] = segments.len();
    }
    counts
}

#[task(anywhere)]
fn kept<T: Element, D: Dimension + 'static>(block: Array<T, D>) -> Array<T, D> {
    block
}

#[task(anywhere)]
fn assemble<T, D, O>(
    blocks: &[&Array<T, D>],
    along: &[Vec<Segment>],
    out: Axes<O>,
) -> Result<Array<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let mut shape = D::zeros(along.len());
    for (axis, segments) in along.iter().enumerate() {
        for segment in segments {
            if segment.to.start != shape[axis] {
                return Err(Error::msg("the parts of a block do not join"));
            }
            shape[axis] = segment.to.end;
        }
    }
    let mut target: Array<MaybeUninit<T>, D> = Array::uninit(shape);
    let mut number = 0;
    let mut fits = true;
    for_each_index(&counts::<D>(along), &mut |choice| {
        let segment = |axis: Axis| &along[axis.index()][choice[axis.index()]];
        let source = blocks[number].slice_each_axis(|axis| segment(axis.axis).source());
        let into = target.slice_each_axis_mut(|axis| segment(axis.axis).target());
        number += 1;
        if source.shape() != into.shape() {
            fits = false;
            return;
        }
        Zip::from(into).and(source).for_each(|place, element| {
            place.write(element.clone());
        });
    });
    if !fits {
        return Err(Error::msg("a block has another shape than its array says"));
    }
    // SAFETY: along every axis the segments' targets join without a gap from 0 to the end (checked above), so the products of
    // them, all of which were visited, cover the block; each was written completely, since the shapes were equal.
    let made = unsafe { target.assume_init() };
    made.into_shape_with_order(out.0)
        .map_err(|_| Error::msg("the parts of a block make another shape"))
}
