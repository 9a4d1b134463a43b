//! Which stretches of a file in row-major order a block consists of.

use ndarray::Dimension;

use crate::layout::{Place, for_each_index};

/// Calls `visit` with the number, in an array of shape `shape`, of the first element of every stretch, in order; returns how long each is.
/// Axes that the block takes whole, and the one before them, make one stretch.
pub(super) fn for_each_run<D: Dimension>(
    shape: &D,
    place: &Place<D>,
    visit: &mut impl FnMut(u64),
) -> usize {
    let mut rows = place.shape.clone();
    let mut length = 1;
    for axis in (0..shape.ndim()).rev() {
        length *= std::mem::replace(&mut rows[axis], 1);
        if place.shape[axis] != shape[axis] {
            break;
        }
    }
    if length == 0 || rows.size() == 0 {
        return 0;
    }
    for_each_index(&rows, &mut |row| {
        let mut first = 0;
        for (axis, &length) in shape.slice().iter().enumerate() {
            first = first * length as u64 + (place.start[axis] + row[axis]) as u64;
        }
        visit(first);
    });
    length
}
