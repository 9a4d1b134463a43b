//! Slices, with steps, fixed indices and new axes.

use dagger_core::Result;
use ndarray::{Dimension, SliceArg, SliceInfoElem};
use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

use super::assemble;
use super::segment::{Segment, Taken};
use crate::array::{Block, DArray, Parts};
use crate::element::Element;
use crate::layout::{Cuts, Layout, whole_cuts};
use crate::mistake::mistake_at;

/// What a slice takes of a source's axis, and whether the axis stays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Along {
    pub(super) taken: Taken,
    pub(super) stays: bool,
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// A part of the array, in ndarray's words: ranges with steps (backwards too), single indices, new axes.
    ///
    /// The result is cut where the array is. Blocks that it takes whole are shared, not copied.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Ix2, arr1, s};
    /// let a = DArray::<usize, Ix2>::from_fn([4, 6], Blocks([2, 4]), |(i, j)| 10 * i + j);
    /// assert_eq!(a.slice(s![2, 1..;2]).collect()?, arr1(&[21, 23, 25]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn slice<I>(&self, part: I) -> DArray<T, I::OutDim>
    where
        I: SliceArg<D>,
        I::OutDim: 'static,
    {
        DArray::attempt(sliced(self, part.as_ref(), Location::caller()))
    }
}

fn sliced<T, D, O>(
    source: &DArray<T, D>,
    part: &[SliceInfoElem],
    written: &Location<'_>,
) -> Result<Parts<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let (parts, from) = (source.parts()?, source.layout());
    let along = resolve("slice", part, from.shape(), written)?;
    // The cuts of the result's axes, and which of the source's axes each is.
    let mut cuts: Vec<Cuts> = Vec::new();
    let mut origin: Vec<Option<usize>> = Vec::new();
    let mut axis = 0;
    for element in part {
        if matches!(element, SliceInfoElem::NewAxis) {
            cuts.push(whole_cuts(1));
            origin.push(None);
            continue;
        }
        if along[axis].stays {
            cuts.push(along[axis].taken.cuts(from.cuts(axis)));
            origin.push(Some(axis));
        }
        axis += 1;
    }
    let layout = Layout::<O>::from_cuts(Arc::from(cuts));
    let mut blocks: Vec<Block<T, O>> = Vec::with_capacity(layout.blocks());
    let mut owners = Vec::with_capacity(layout.blocks());
    let mut outcome = Ok(());
    layout.for_each(|position| {
        let segments: Vec<Vec<Segment>> = (0..from.ndim())
            .map(|axis| {
                let wanted = match origin.iter().position(|of| *of == Some(axis)) {
                    Some(out) => layout.range(out, position[out]),
                    None => 0..1,
                };
                along[axis].taken.segments(from.cuts(axis), wanted)
            })
            .collect();
        let owner = assemble::home(from, &segments);
        owners.push(owner);
        let shared = assemble::same(from, &segments)
            .and_then(|number| (&parts[number] as &dyn Any).downcast_ref::<Block<T, O>>());
        if let Some(block) = shared {
            blocks.push(block.clone());
            return;
        }
        match assemble::block(
            source,
            segments,
            layout.place(position.slice()).shape,
            owner,
        ) {
            Ok(block) => blocks.push(block),
            Err(error) => outcome = Err(error),
        }
    });
    let layout = assemble::followed(layout, owners.into_iter());
    outcome.map(|()| (layout, blocks))
}

/// What the elements of a slice mean for axes of these lengths; one entry an axis.
pub(super) fn resolve(
    operation: &str,
    part: &[SliceInfoElem],
    shape: &[usize],
    written: &Location<'_>,
) -> Result<Vec<Along>> {
    let mut along = Vec::with_capacity(shape.len());
    let wrong = |axis: usize, what: String| {
        let what = format!("{what} along axis {axis} of shape {shape:?}");
        Err(mistake_at(written, operation, what))
    };
    for element in part {
        let axis = along.len();
        let length = match (element, shape.get(axis)) {
            (SliceInfoElem::NewAxis, _) => continue,
            (_, Some(&length)) => length,
            (_, None) => return wrong(axis, "there is nothing".to_owned()),
        };
        // Counted from the end where negative.
        let absolute = |at: isize| at.checked_add(if at < 0 { length as isize } else { 0 });
        let inside = |at: Option<isize>| at.and_then(|at| usize::try_from(at).ok());
        match *element {
            SliceInfoElem::NewAxis => {}
            SliceInfoElem::Index(at) => match inside(absolute(at)) {
                Some(first) if first < length => along.push(Along {
                    taken: Taken {
                        first,
                        step: 1,
                        count: 1,
                    },
                    stays: false,
                }),
                _ => return wrong(axis, format!("index {at} is outside")),
            },
            SliceInfoElem::Slice { start, end, step } => {
                let bounds = (
                    inside(absolute(start)),
                    inside(end.map_or(Some(length as isize), absolute)),
                );
                let (low, high) = match bounds {
                    (Some(low), Some(high)) if low <= length && high <= length => (low, high),
                    _ => {
                        let end = end.map_or(String::new(), |end| end.to_string());
                        return wrong(axis, format!("{start}..{end} is outside"));
                    }
                };
                if step == 0 {
                    return wrong(axis, "a step of 0".to_owned());
                }
                let count = high.saturating_sub(low).div_ceil(step.unsigned_abs());
                let first = if step > 0 || count == 0 {
                    low
                } else {
                    high - 1
                };
                along.push(Along {
                    taken: Taken { first, step, count },
                    stays: true,
                });
            }
        }
    }
    if along.len() != shape.len() {
        let what = format!("{} ranges for shape {shape:?}", along.len());
        return Err(mistake_at(written, operation, what));
    }
    Ok(along)
}
