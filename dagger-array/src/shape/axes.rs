//! Axes of length 1: put in.

use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension};
use std::panic::Location;
use std::sync::Arc;

use crate::array::DArray;
use crate::element::Element;
use crate::layout::{Layout, whole_cuts};
use crate::mistake::mistake_at;
use crate::placement::located;

impl<T: Element, D: Dimension + 'static> DArray<T, D>
where
    D::Larger: 'static,
{
    /// The array with a new axis of length 1 before axis `axis`.
    #[track_caller]
    pub fn insert_axis(&self, axis: Axis) -> DArray<T, D::Larger> {
        let (parts, at) = match self.parts() {
            Ok(parts) => (parts, axis.index()),
            Err(error) => return DArray::failed(error),
        };
        if at > self.ndim() {
            let what = format!("axis {at} for shape {:?}", self.shape());
            return DArray::failed(mistake_at(Location::caller(), "insert_axis", what));
        }
        let mut cuts = self.layout().all_cuts().to_vec();
        cuts.insert(at, whole_cuts(1));
        let layout = Layout::from_cuts(Arc::from(cuts)).owned(self.layout().owners().cloned());
        let blocks = parts
            .iter()
            .enumerate()
            .map(|(number, block)| located(layout.owner(number), || spawn!(with_axis(block, at))));
        let blocks = blocks.collect();
        DArray::of(layout, blocks)
    }
}

#[task(anywhere)]
fn with_axis<T: Element, D: Dimension + 'static>(
    block: Array<T, D>,
    axis: usize,
) -> Array<T, D::Larger> {
    block.insert_axis(Axis(axis))
}
