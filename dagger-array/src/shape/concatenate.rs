//! Arrays side by side.

use dagger_core::Result;
use ndarray::{Axis, Dimension, RemoveAxis};
use std::panic::Location;
use std::sync::Arc;

use super::assemble;
use crate::array::{Block, DArray, Parts};
use crate::element::Element;
use crate::layout::{Cuts, Layout};
use crate::mistake::mistake_at;

/// The arrays one after the other along an existing axis. Their blocks become the result's, without a copy, as far as they fit those
/// of the first array along the other axes.
#[track_caller]
pub fn concatenate<T, D>(axis: Axis, arrays: &[DArray<T, D>]) -> DArray<T, D>
where
    T: Element,
    D: RemoveAxis + 'static,
{
    DArray::attempt(side_by_side(
        axis,
        arrays,
        "concatenate",
        Location::caller(),
    ))
}

/// The arrays, all of one shape, one after the other along a new axis.
#[track_caller]
pub fn stack<T, D>(axis: Axis, arrays: &[DArray<T, D>]) -> DArray<T, D::Larger>
where
    T: Element,
    D: Dimension + 'static,
    D::Larger: RemoveAxis + 'static,
{
    let layers: Vec<DArray<T, D::Larger>> =
        arrays.iter().map(|array| array.insert_axis(axis)).collect();
    DArray::attempt(side_by_side(axis, &layers, "stack", Location::caller()))
}

fn side_by_side<T: Element, D: Dimension + 'static>(
    axis: Axis,
    arrays: &[DArray<T, D>],
    operation: &str,
    written: &Location<'_>,
) -> Result<Parts<T, D>> {
    let axis = axis.index();
    let Some(first) = arrays.first() else {
        return Err(mistake_at(written, operation, "no arrays"));
    };
    for array in arrays {
        array.parts()?;
        let (one, other) = (first.shape(), array.shape());
        let differs = |at: &usize| *at != axis && one[*at] != other[*at];
        if one.len() != other.len() || axis >= one.len() || (0..one.len()).any(|at| differs(&at)) {
            let what = format!("shapes {one:?} and {other:?} do not fit along axis {axis}");
            return Err(mistake_at(written, operation, what));
        }
    }
    // In the first array's blocks along the other axes; the empty ones have nothing to give.
    let mut fitting = Vec::new();
    let mut joined = vec![0];
    for array in arrays.iter().filter(|array| array.shape()[axis] > 0) {
        let mut cuts = first.layout().all_cuts().to_vec();
        cuts[axis] = Arc::clone(&array.layout().all_cuts()[axis]);
        let end = joined[joined.len() - 1];
        joined.extend(cuts[axis][1..].iter().map(|cut| end + cut));
        fitting.push(array.rechunk(Layout::from_cuts(Arc::from(cuts))));
    }
    if fitting.is_empty() {
        return Ok((first.layout().clone(), first.parts()?.to_vec()));
    }
    let mut cuts = first.layout().all_cuts().to_vec();
    cuts[axis] = Cuts::from(joined);
    let layout = Layout::<D>::from_cuts(Arc::from(cuts));
    let mut blocks: Vec<Block<T, D>> = Vec::with_capacity(layout.blocks());
    let mut owners = Vec::with_capacity(layout.blocks());
    let mut outcome = Ok(());
    layout.for_each(|position| {
        let mut position = position.clone();
        for array in &fitting {
            let grid = array.layout().grid()[axis];
            if position[axis] < grid {
                match array.parts() {
                    Ok(parts) => {
                        let number = array.layout().number(position.slice());
                        owners.push(array.layout().owner(number));
                        blocks.push(parts[number].clone());
                    }
                    Err(error) => outcome = Err(error),
                }
                return;
            }
            position[axis] -= grid;
        }
    });
    let layout = assemble::followed(layout, owners.into_iter());
    outcome.map(|()| (layout, blocks))
}
