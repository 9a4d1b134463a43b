//! Arrays stretched to a larger shape.

use dagger_core::{Error, Result};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};
use std::panic::Location;
use std::sync::Arc;

use crate::array::{DArray, Parts};
use crate::blocks::{Blocking, Blocks};
use crate::element::Element;
use crate::layout::{Axes, Cuts, Layout};
use crate::mistake::mistake_at;
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The array stretched to a shape: axes of length 1 are repeated, missing ones in front are added. Operators do this by
    /// themselves, without making the larger array.
    #[track_caller]
    pub fn broadcast<S: IntoDimension>(&self, shape: S) -> DArray<T, S::Dim>
    where
        S::Dim: 'static,
    {
        DArray::attempt(stretched(self, shape.into_dimension(), Location::caller()))
    }
}

fn stretched<T, D, O>(
    source: &DArray<T, D>,
    shape: O,
    written: &Location<'_>,
) -> Result<Parts<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    let (parts, from) = (source.parts()?, source.layout());
    let lengths = from.shape();
    let new = shape.ndim().checked_sub(lengths.len());
    let fits = |new: usize| {
        let pairs = lengths.iter().zip(&shape.slice()[new..]);
        pairs
            .into_iter()
            .all(|(&own, &wanted)| own == 1 || own == wanted)
    };
    let Some(new) = new.filter(|&new| fits(new)) else {
        let what = format!(
            "shape {lengths:?} does not stretch to shape {:?}",
            shape.slice()
        );
        return Err(mistake_at(written, "broadcast", what));
    };
    let automatic = Blocks::auto().layout(&shape, size_of::<T>())?;
    let cuts = automatic
        .all_cuts()
        .iter()
        .enumerate()
        .map(|(axis, automatic)| {
            let own: Option<&Cuts> = axis.checked_sub(new).map(|axis| &from.all_cuts()[axis]);
            let own = own.filter(|own| own.last() == automatic.last());
            Arc::clone(own.unwrap_or(automatic))
        });
    let origin = |position: &O| {
        let mut origin = D::zeros(lengths.len());
        for axis in 0..lengths.len() {
            let single = from.grid()[axis] == 1;
            origin[axis] = if single { 0 } else { position[axis + new] };
        }
        from.number(origin.slice())
    };
    let layout = Layout::<O>::from_cuts(cuts.collect())
        .owned_as(from, |position| from.owner(origin(position)));
    let mut blocks = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let (block, place) = (&parts[origin(position)], layout.place(position.slice()));
        let shape = Axes(place.shape);
        blocks.push(located(layout.owner(blocks.len()), || {
            spawn!(stretch_block(block, shape))
        }));
    });
    Ok((layout, blocks))
}

#[task(anywhere)]
fn stretch_block<T, D, O>(block: &Array<T, D>, shape: Axes<O>) -> Result<Array<T, O>>
where
    T: Element,
    D: Dimension + 'static,
    O: Dimension + 'static,
{
    match block.broadcast(shape.0) {
        Some(view) => Ok(view.as_standard_layout().into_owned()),
        None => Err(Error::msg("a block has another shape than its array says")),
    }
}
