//! Quantiles: values below which given shares of the elements lie.

use dagger_core::{Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array1, Dimension, Ix1};
use num_traits::ToPrimitive;
use std::ops::Range;
use std::panic::Location;

use super::cuts::Scale;
use super::exchange::{Reach, Sorting};
use super::key::Sortable;
use super::order::Values;
use super::vector::written;
use crate::array::{Block, DArray};
use crate::mistake::{failed_task, mistake_at};

impl<T: Sortable + ToPrimitive, D: Dimension + 'static> DArray<T, D> {
    /// The value below which the share `share` (0 to 1) of the elements lies.
    ///
    /// Of n elements in ascending order it is number (n − 1)·share, counted from 0; between two elements, what linear interpolation gives
    /// (as numpy's default does). Only the part of the array near that place is sorted.
    ///
    /// # Errors
    /// No elements, a share outside of 0 to 1, a NaN among the elements: the task fails.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*;
    /// let v = DArray::distribute(&ndarray::arr1(&[4, 1, 3, 2]), Blocks([3]));
    /// assert_eq!(v.quantile(0.25).fetch()?, 1.75);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn quantile(&self, share: f64) -> Task<f64> {
        let place = Location::caller();
        let parts = neighbours(self, &[share], "quantile", place);
        match parts {
            Ok((blocks, places)) => spawn!(one_quantile(blocks, places)),
            Err(error) => failed_task(error),
        }
    }

    /// Several quantiles at once, in the order of `shares`.
    ///
    /// # Errors
    /// As for [`quantile`](Self::quantile).
    #[track_caller]
    pub fn quantiles(&self, shares: &[f64]) -> Task<Array1<f64>> {
        let place = Location::caller();
        match neighbours(self, shares, "quantiles", place) {
            Ok((blocks, places)) => spawn!(all_quantiles(blocks, places)),
            Err(error) => failed_task(error),
        }
    }

    /// The quantile at one half: the element in the middle, or the mean of the two that are.
    ///
    /// # Errors
    /// As for [`quantile`](Self::quantile).
    #[track_caller]
    pub fn median(&self) -> Task<f64> {
        let place = Location::caller();
        match neighbours(self, &[0.5], "median", place) {
            Ok((blocks, places)) => spawn!(one_quantile(blocks, places)),
            Err(error) => failed_task(error),
        }
    }
}

/// For every share the elements on both sides of its place in the sorted array, and how far between them it is.
type Neighbours<T> = (Vec<Block<T, Ix1>>, Vec<f64>);

fn neighbours<T: Sortable, D: Dimension + 'static>(
    source: &DArray<T, D>,
    shares: &[f64],
    operation: &str,
    place: &Location<'_>,
) -> Result<Neighbours<T>> {
    source.parts()?;
    if source.is_empty() {
        let what = format!("an array of shape {:?} has no elements", source.shape());
        return Err(mistake_at(place, operation, what));
    }
    if let Some(share) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        let what = format!("{share} is not between 0 and 1");
        return Err(mistake_at(place, operation, what));
    }
    let last = source.len() - 1;
    let places = shares.iter().map(|share| last as f64 * share);
    let ranges: Vec<Range<usize>> = places
        .clone()
        .map(|at| (at as usize).min(last)..(at as usize + 2).min(last + 1))
        .collect();
    let vector = source.flatten();
    let sorting = Sorting {
        order: Values::new(),
        source: &vector,
        written: written(operation, place),
        reach: Reach::now(),
        scale: Scale::default(),
    };
    Ok((sorting.ranges(&ranges)?, places.map(f64::fract).collect()))
}

#[task(name = "quantile", anywhere)]
fn one_quantile<T: Sortable + ToPrimitive>(blocks: &[&Array1<T>], between: &[f64]) -> f64 {
    interpolated(blocks[0], between[0])
}

#[task(name = "quantiles", anywhere)]
fn all_quantiles<T: Sortable + ToPrimitive>(blocks: &[&Array1<T>], between: &[f64]) -> Array1<f64> {
    let pairs = blocks.iter().zip(between);
    pairs.map(|(pair, at)| interpolated(pair, *at)).collect()
}

fn interpolated<T: ToPrimitive>(pair: &Array1<T>, at: f64) -> f64 {
    let value = |i: usize| pair.get(i).and_then(T::to_f64);
    match (value(0), value(1)) {
        (Some(low), Some(high)) if at > 0.0 && low < high => match at < 0.5 {
            true => low + (high - low) * at,
            false => high - (high - low) * (1.0 - at),
        },
        (Some(low), _) => low,
        (None, _) => f64::NAN,
    }
}
