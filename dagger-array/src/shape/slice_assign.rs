//! Assigning to a part of an array.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, Slice, SliceArg, SliceInfoElem};
use std::ops::Range;
use std::panic::Location;

use super::assemble;
use super::segment::{Segment, Taken};
use super::slice::{Along, resolve};
use crate::array::{DArray, Parts};
use crate::element::Element;
use crate::mistake::mistake_at;
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// Sets a part of the array to another array of the part's shape, in place. The blocks need not agree.
    ///
    /// # Errors
    /// The part is outside of the array, or of another shape than `values`; one of the two has failed. The array is then as it
    /// was before.
    #[track_caller]
    pub fn slice_assign<I>(&mut self, part: I, values: &DArray<T, I::OutDim>) -> Result<()>
    where
        I: SliceArg<D>,
        I::OutDim: 'static,
    {
        let written = Location::caller();
        let along = resolve("slice_assign", part.as_ref(), self.shape(), written)?;
        let new = part.as_ref().iter();
        if new
            .clone()
            .any(|element| matches!(element, SliceInfoElem::NewAxis))
        {
            return Err(mistake_at(
                written,
                "slice_assign",
                "a new axis cannot be assigned to",
            ));
        }
        let kept = along.iter().filter(|along| along.stays);
        let wanted: Vec<usize> = kept.map(|along| along.taken.count).collect();
        if wanted != values.shape() {
            values.parts()?;
            let what = format!(
                "values of shape {:?} for a part of shape {wanted:?}",
                values.shape()
            );
            return Err(mistake_at(written, "slice_assign", what));
        }
        self.parts()?;
        values.parts()?;
        self.change(|target| assigned(target, &along, values));
        Ok(())
    }
}

/// A range of a block with a step, for `slice_each_axis_mut`.
type Stepped = (Range<usize>, isize);

fn assigned<T, D, O>(
    (layout, blocks): Parts<T, D>,
    along: &[Along],
    values: &DArray<T, O>,
) -> Result<Parts<T, D>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let mut blocks = blocks.into_iter();
    let mut changed = Vec::with_capacity(blocks.len());
    let mut outcome = Ok(());
    // For every axis the runs of the part, each in one block of the target.
    let runs: Vec<Vec<Segment>> = (0..layout.ndim())
        .map(|axis| {
            let taken = along[axis].taken;
            taken.segments(layout.cuts(axis), 0..taken.count)
        })
        .collect();
    layout.for_each(|position| {
        let Some(block) = blocks.next() else { return };
        let here: Option<Vec<&Segment>> = (0..position.ndim())
            .map(|axis| {
                let mut runs = runs[axis].iter();
                runs.find(|run| run.block == position[axis] && !run.to.is_empty())
            })
            .collect();
        let Some(here) = here else {
            changed.push(block);
            return;
        };
        // What of the values goes there.
        let mut shape = D::zeros(position.ndim());
        let mut segments = Vec::new();
        for (axis, run) in here.iter().enumerate() {
            shape[axis] = run.to.len();
            if along[axis].stays {
                let cuts = values.layout().cuts(segments.len());
                let all = Taken::all(along[axis].taken.count);
                segments.push(all.segments(cuts, run.to.clone()));
            }
        }
        let into: Vec<Stepped> = here
            .iter()
            .map(|run| (run.from.clone(), run.step))
            .collect();
        let owner = layout.owner(changed.len());
        match assemble::block(values, segments, shape, owner) {
            Ok(piece) => changed.push(located(owner, || spawn!(paste(block, piece, into)))),
            Err(error) => outcome = Err(error),
        }
    });
    outcome.map(|()| (layout, changed))
}

#[task(anywhere)]
fn paste<T: Element, D: Dimension + 'static>(
    mut block: Array<T, D>,
    piece: &Array<T, D>,
    into: &[Stepped],
) -> Array<T, D> {
    let mut part = block.slice_each_axis_mut(|axis| {
        let (range, step) = &into[axis.axis.index()];
        Slice::new(range.start as isize, Some(range.end as isize), *step)
    });
    part.assign(piece);
    block
}
