//! Making a block of parts of others.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension, Zip};
use std::mem::MaybeUninit;

use super::segment::Segment;
use crate::array::{Block, DArray};
use crate::element::Element;
use crate::layout::{Axes, Layout, for_each_index};

/// A block of shape `out` (with as many elements as the segments make), of parts of the source's blocks. `along` has the segments of
/// every axis of the source.
pub(crate) fn block<T, D, O>(
    source: &DArray<T, D>,
    along: Vec<Vec<Segment>>,
    out: O,
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
    Ok(spawn!(assemble(&blocks, along, out)))
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
