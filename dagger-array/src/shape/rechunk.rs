//! The same elements in other blocks.

use dagger_core::Result;
use ndarray::Dimension;

use super::assemble;
use super::segment::{Segment, Taken};
use crate::array::{DArray, Parts};
use crate::blocks::Blocking;
use crate::element::Element;
use crate::layout::Layout;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The same array in other blocks, or with its blocks on other workers. Blocks that stay as and where they are, are shared, not copied.
    #[track_caller]
    pub fn rechunk(&self, blocks: impl Blocking<D>) -> DArray<T, D> {
        let layout = match blocks.layout(&self.raw_dim(), size_of::<T>()) {
            Ok(layout) => layout,
            Err(error) => return DArray::failed(self.parts().err().unwrap_or(error)),
        };
        if layout.cuts_as(self.layout()) {
            return self.clone();
        }
        DArray::attempt(rechunked(self, layout))
    }
}

fn rechunked<T: Element, D: Dimension + 'static>(
    source: &DArray<T, D>,
    layout: Layout<D>,
) -> Result<Parts<T, D>> {
    let (parts, from) = (source.parts()?, source.layout());
    let mut blocks = Vec::with_capacity(layout.blocks());
    let mut owners = Vec::with_capacity(layout.blocks());
    let mut failure = None;
    layout.for_each(|position| {
        let along: Vec<Vec<Segment>> = (0..position.ndim())
            .map(|axis| {
                let cuts = from.cuts(axis);
                Taken::all(source.shape()[axis]).segments(cuts, layout.range(axis, position[axis]))
            })
            .collect();
        let wanted = layout.owner(owners.len());
        let owner = wanted.or_else(|| assemble::home(from, &along));
        owners.push(owner);
        if let Some(number) = assemble::same(from, &along) {
            blocks.push(match wanted.is_none() || wanted == from.owner(number) {
                true => parts[number].clone(),
                false => assemble::moved(&parts[number], wanted),
            });
            return;
        }
        let shape = layout.place(position.slice()).shape;
        match assemble::block(source, along, shape, owner) {
            Ok(block) => blocks.push(block),
            Err(error) => failure = Some(error),
        }
    });
    let layout = assemble::followed(layout, owners.into_iter());
    failure.map_or(Ok((layout, blocks)), Err)
}
