//! Where values belong in a sorted vector.

use dagger_core::{Result, Task};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array1, Ix1};
use std::panic::Location;
use std::sync::Arc;

use super::exchange::no_place;
use super::key::Sortable;
use super::vector::written;
use crate::array::DArray;
use crate::mistake::{failed_task, mistake_at};

/// Before or after the elements that are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub enum Side {
    /// Before them.
    Left,
    /// After them.
    Right,
}

impl<T: Sortable> DArray<T, Ix1> {
    /// Where each of `values` would be put into this vector, which must be in ascending order: before or after the elements that
    /// are equal.
    ///
    /// # Errors
    /// A NaN among the values, or where the search meets one; a vector whose blocks are not in ascending order among themselves is not
    /// noticed.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::arr1;
    /// let v = DArray::distribute(&arr1(&[1, 2, 2, 5]), Blocks([2]));
    /// assert_eq!(v.searchsorted(&[2, 9], Side::Left).fetch()?, arr1(&[1, 4]));
    /// assert_eq!(v.searchsorted(&[2, 9], Side::Right).fetch()?, arr1(&[3, 4]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn searchsorted(&self, values: &[T], side: Side) -> Task<Array1<usize>> {
        let place = Location::caller();
        let blocks = match self.parts() {
            Ok(blocks) => blocks,
            Err(error) => return failed_task(error),
        };
        let keys: Vec<T::Key> = values.iter().map_while(Sortable::key).collect();
        if keys.len() < values.len() {
            let what = format!("value number {} is NaN", keys.len());
            return failed_task(mistake_at(place, "searchsorted", what));
        }
        let (keys, written) = (Arc::<[T::Key]>::from(keys), written("searchsorted", place));
        let starts = self.layout().cuts(0).iter();
        let passed: Vec<Task<Vec<usize>>> = blocks
            .iter()
            .zip(starts)
            .map(|(block, &start)| {
                let (keys, written) = (Arc::clone(&keys), Arc::clone(&written));
                spawn!(passed(block, start, keys, side, written))
            })
            .collect();
        let count = values.len();
        spawn!(places(passed, count))
    }
}

/// How many elements of the block come before the place of each key.
#[task(name = "searchsorted_block", anywhere)]
fn passed<T: Sortable>(
    block: &Array1<T>,
    start: usize,
    keys: Arc<[T::Key]>,
    side: Side,
    written: Arc<str>,
) -> Result<Vec<usize>> {
    let before = |key: &T::Key| {
        let (mut low, mut high) = (0, block.len());
        while low < high {
            let middle = low.midpoint(high);
            let found = block[middle]
                .key()
                .ok_or_else(|| no_place(&written, start + middle))?;
            let passes = match side {
                Side::Left => found < *key,
                Side::Right => found <= *key,
            };
            match passes {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    };
    keys.iter().map(before).collect()
}

#[task(name = "searchsorted", anywhere)]
fn places(passed: &[&Vec<usize>], count: usize) -> Array1<usize> {
    (0..count)
        .map(|i| passed.iter().map(|block| block[i]).sum())
        .collect()
}
