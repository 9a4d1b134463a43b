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
    /// The same array in other blocks. Blocks that stay as they are, are shared, not copied.
    #[track_caller]
    pub fn rechunk(&self, blocks: impl Blocking<D>) -> DArray<T, D> {
        let layout = match blocks.layout(&self.raw_dim(), size_of::<T>()) {
            Ok(layout) => layout,
            Err(error) => return DArray::failed(self.parts().err().unwrap_or(error)),
        };
        if layout == *self.layout() {
            return self.clone();
        }
        DArray::attempt(rechunked(self, layout))
    }
}

fn rechunked<T: Element, D: Dimension + 'static>(
    source: &DArray<T, D>,
    layout: Layout<D>,
) -> Result<Parts<T, D>> {
    let parts = source.parts()?;
    let mut blocks = Vec::with_capacity(layout.blocks());
    let mut failure = None;
    layout.for_each(|position| {
        let along: Vec<Vec<Segment>> = (0..position.ndim())
            .map(|axis| {
                let cuts = source.layout().cuts(axis);
                Taken::all(source.shape()[axis]).segments(cuts, layout.range(axis, position[axis]))
            })
            .collect();
        let shape = layout.place(position.slice()).shape;
        match assemble::same(source.layout(), &along) {
            Some(number) => blocks.push(parts[number].clone()),
            None => match assemble::block(source, along, shape) {
                Ok(block) => blocks.push(block),
                Err(error) => failure = Some(error),
            },
        }
    });
    failure.map_or(Ok((layout, blocks)), Err)
}
