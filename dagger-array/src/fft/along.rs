//! Work on whole lines along an axis: one task for each block of them.

use dagger_core::{Error, Result, Task};
use ndarray::{Array, Dimension};
use std::panic::Location;
use std::sync::Arc;

use crate::array::{Block, DArray};
use crate::blocks::whole_along;
use crate::element::Element;
use crate::layout::{Layout, Place, whole_cuts};
use crate::mistake::mistake_at;
use crate::shape::row_major;

/// Refuses an axis that is not there.
pub(super) fn check_axis<T: Element, D: Dimension + 'static>(
    source: &DArray<T, D>,
    axis: usize,
    operation: &str,
    place: &Location<'_>,
) -> Result<()> {
    source.parts()?;
    if axis < source.ndim() {
        return Ok(());
    }
    let what = format!("there is no axis {axis} in shape {:?}", source.shape());
    Err(mistake_at(place, operation, what))
}

/// What `spawn` makes of every block of whole lines; lines of the result have `length` elements.
pub(super) fn along<T, O, D>(
    source: &DArray<T, D>,
    axis: usize,
    length: usize,
    mut spawn: impl FnMut(&Block<T, D>, Place<D>) -> Task<Array<O, D>>,
) -> Result<DArray<O, D>>
where
    T: Element,
    O: Element,
    D: Dimension + 'static,
{
    let whole = source.rechunk(whole_along(source.layout(), axis));
    let (blocks, layout) = (whole.parts()?, whole.layout());
    let mut made = Vec::with_capacity(blocks.len());
    layout.for_each(|position| {
        let place = layout.place(position.slice());
        made.push(spawn(&blocks[made.len()], place));
    });
    let mut cuts = layout.all_cuts().to_vec();
    cuts[axis] = whole_cuts(length);
    Ok(DArray::of(Layout::from_cuts(cuts.into()), made))
}

/// The layout with `axis` as long as `length`, in about as many blocks.
pub(super) fn with_length<D: Dimension>(
    layout: &Layout<D>,
    axis: usize,
    length: usize,
) -> Layout<D> {
    let mut cuts = layout.all_cuts().to_vec();
    let old = layout.shape()[axis].max(1);
    let scaled = cuts[axis].iter().map(|&cut| (cut * length).div_ceil(old));
    let mut new: Vec<usize> = scaled.collect();
    new.dedup();
    if new.len() == 1 {
        new.push(length);
    }
    cuts[axis] = Arc::from(new);
    Layout::from_cuts(cuts.into())
}

/// What `work` makes of the lines of a block along `axis`, which it is given one after the other, in lines of `length`.
pub(super) fn on_lines<T: Element, O: Element, D: Dimension>(
    block: Array<T, D>,
    axis: usize,
    length: usize,
    work: impl FnOnce(Vec<T>) -> Vec<O>,
) -> Result<Array<O, D>> {
    let last = block.ndim() - 1;
    let mut order = D::zeros(block.ndim());
    for (at, place) in order.slice_mut().iter_mut().enumerate() {
        *place = at;
    }
    order.slice_mut().swap(axis, last);
    // Exchanging two axes is its own inverse.
    let lines = match axis == last && block.is_standard_layout() {
        true => block,
        false => row_major(block.view().permuted_axes(order.clone())),
    };
    let mut shape = lines.raw_dim();
    shape[last] = length;
    // All of the memory: a block that was cut out of a larger one may begin later in it.
    let (elements, offset) = lines.into_raw_vec_and_offset();
    let elements = match offset {
        None | Some(0) => elements,
        Some(offset) => elements[offset..].to_vec(),
    };
    let made = Array::from_shape_vec(shape, work(elements)).map_err(Error::from)?;
    Ok(match axis == last {
        true => made,
        false => row_major(made.view().permuted_axes(order)),
    })
}
