//! Sorting along an axis: every lane for itself.

use dagger_core::{Error, Result};
use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension};
use std::panic::Location;
use std::sync::Arc;

use super::exchange::no_place_in_block;
use super::key::Sortable;
use super::order::{Order, Positions, Values};
use super::vector::written;
use crate::array::{DArray, Parts};
use crate::blocks::whole_along;
use crate::layout::Axes;
use crate::mistake::mistake_at;

impl<T: Sortable, D: Dimension + 'static> DArray<T, D> {
    /// Every lane along `axis` in ascending order.
    ///
    /// A lane is sorted by one task; where the axis is cut, the array is re-cut before and after. For a vector see
    /// [`sort`](DArray::sort), which uses all threads.
    ///
    /// # Errors
    /// There is no such axis. A NaN has no place in an order: the blocks fail, with its index.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Axis, arr2};
    /// let a = DArray::distribute(&arr2(&[[3, 1, 2], [4, 6, 5]]), Blocks([1, 2]));
    /// assert_eq!(a.sort_axis(Axis(1)).collect()?, arr2(&[[1, 2, 3], [4, 5, 6]]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn sort_axis(&self, axis: Axis) -> DArray<T, D> {
        let place = Location::caller();
        DArray::attempt(along(self, axis, Values::new(), "sort_axis", place))
    }

    /// For every lane along `axis` the indices, along the axis, of its elements in ascending order; of equal elements the first comes
    /// first.
    ///
    /// # Errors
    /// As for [`sort_axis`](Self::sort_axis).
    #[track_caller]
    pub fn argsort_axis(&self, axis: Axis) -> DArray<usize, D> {
        let place = Location::caller();
        DArray::attempt(along(self, axis, Positions::new(), "argsort_axis", place))
    }
}

fn along<J: Order, D: Dimension + 'static>(
    source: &DArray<J::In, D>,
    axis: Axis,
    order: J,
    operation: &str,
    place: &Location<'_>,
) -> Result<Parts<J::Out, D>> {
    source.parts()?;
    let axis = axis.index();
    if axis >= source.ndim() {
        let what = format!("there is no axis {axis} in shape {:?}", source.shape());
        return Err(mistake_at(place, operation, what));
    }
    let written = written(operation, place);
    let whole = source.rechunk(whole_along(source.layout(), axis));
    let (blocks, layout) = (whole.parts()?, whole.layout());
    let mut sorted = Vec::with_capacity(blocks.len());
    let mut number = 0;
    layout.for_each(|position| {
        let start = Axes(layout.place(position.slice()).start);
        let (order, block, written) = (order.clone(), &blocks[number], Arc::clone(&written));
        number += 1;
        sorted.push(spawn!(sort_lanes(order, block, axis, start, written)));
    });
    DArray::of(layout.clone(), sorted)
        .rechunk(source.layout().clone())
        .into_parts()
}

#[task(anywhere)]
fn sort_lanes<J: Order, D: Dimension + 'static>(
    order: &J,
    block: &Array<J::In, D>,
    axis: usize,
    start: Axes<D>,
    written: Arc<str>,
) -> Result<Array<J::Out, D>> {
    // With the axis last, lanes are made one after the other.
    let last = block.ndim() - 1;
    let mut view = block.view();
    view.swap_axes(axis, last);
    let mut made = Vec::with_capacity(view.len());
    let mut lane = Vec::with_capacity(block.len_of(Axis(axis)));
    for elements in view.lanes(Axis(last)) {
        let numbered = elements.iter().enumerate();
        lane.extend(numbered.map_while(|(i, element)| order.record(element, i)));
        if lane.len() < elements.len() {
            let missing = block
                .iter()
                .position(|element| order.record(element, 0).is_none());
            let number = missing.unwrap_or(0);
            return Err(no_place_in_block(
                &written,
                block.raw_dim(),
                &start.0,
                number,
            ));
        }
        J::sort(&mut lane);
        made.extend(lane.drain(..).map(J::finish));
    }
    let mut made = Array::from_shape_vec(view.raw_dim(), made).map_err(Error::from)?;
    made.swap_axes(axis, last);
    Ok(match made.is_standard_layout() {
        true => made,
        false => made.as_standard_layout().into_owned(),
    })
}
