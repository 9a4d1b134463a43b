//! Transforms of real arrays: the frequencies of which those that remain are the conjugates, and back.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension};
use num_complex::Complex;
use std::panic::Location;

use super::along::{along, check_axis, on_lines, with_length};
use super::line::{Direction, FftElement, frequencies, from_real, to_real};
use crate::array::DArray;
use crate::mistake::mistake_at;

impl<T: FftElement, D: Dimension + 'static> DArray<T, D> {
    /// The discrete Fourier transform of every line of n real values along `axis`: its frequencies 0 to n/2, of which the others are the conjugates. The
    /// axis so has n/2 + 1 elements, or none if it had none.
    ///
    /// # Errors
    /// There is no such axis.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Axis, arr1};
    /// let x = DArray::distribute(&arr1(&[1.0, 0.0, -1.0, 0.0]), Blocks([2]));
    /// let spectrum = x.rfft(Axis(0));
    /// assert_eq!(spectrum.shape(), [3]);
    /// assert_eq!(spectrum.irfft(Axis(0), 4).collect()?, x.collect()?);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn rfft(&self, axis: Axis) -> DArray<Complex<T>, D> {
        let place = Location::caller();
        forth(self, axis.index(), "rfft", place).unwrap_or_else(DArray::failed)
    }

    /// The transform along all axes, of real values: [`rfft`](Self::rfft) along the last axis, then [`fft`](DArray::fft) along the others.
    #[track_caller]
    pub fn rfftn(&self) -> DArray<Complex<T>, D> {
        let place = Location::caller();
        let Some(last) = self.ndim().checked_sub(1) else {
            let what = "an array without axes";
            return DArray::failed(mistake_at(place, "rfftn", what));
        };
        let others: Vec<usize> = (0..last).rev().collect();
        match forth(self, last, "rfftn", place) {
            Ok(half) => half.transformed(&others, Direction::Forth, "rfftn", place),
            Err(error) => DArray::failed(error),
        }
    }
}

impl<T: FftElement, D: Dimension + 'static> DArray<Complex<T>, D> {
    /// The inverse of [`rfft`](DArray::rfft): the `length` real values of every line along `axis`, which has their `length`/2 + 1 frequencies.
    ///
    /// # Errors
    /// There is no such axis; it has another number of elements.
    #[track_caller]
    pub fn irfft(&self, axis: Axis, length: usize) -> DArray<T, D> {
        let place = Location::caller();
        back(self, axis.index(), length, "irfft", place).unwrap_or_else(DArray::failed)
    }

    /// The inverse of [`rfftn`](DArray::rfftn), with `length` values along the last axis.
    ///
    /// # Errors
    /// The last axis has another number of elements than `length`/2 + 1.
    #[track_caller]
    pub fn irfftn(&self, length: usize) -> DArray<T, D> {
        let place = Location::caller();
        let Some(last) = self.ndim().checked_sub(1) else {
            let what = "an array without axes";
            return DArray::failed(mistake_at(place, "irfftn", what));
        };
        let others: Vec<usize> = (0..last).collect();
        let half = self.transformed(&others, Direction::Back, "irfftn", place);
        back(&half, last, length, "irfftn", place).unwrap_or_else(DArray::failed)
    }
}

fn forth<T: FftElement, D: Dimension + 'static>(
    array: &DArray<T, D>,
    axis: usize,
    operation: &str,
    place: &Location<'_>,
) -> Result<DArray<Complex<T>, D>> {
    check_axis(array, axis, operation, place)?;
    let length = frequencies(array.shape()[axis]);
    let made = along(array, axis, length, |block, _| {
        spawn!(rfft_block(block, axis))
    })?;
    made.rechunk(with_length(array.layout(), axis, length))
        .check()
}

fn back<T: FftElement, D: Dimension + 'static>(
    array: &DArray<Complex<T>, D>,
    axis: usize,
    length: usize,
    operation: &str,
    place: &Location<'_>,
) -> Result<DArray<T, D>> {
    check_axis(array, axis, operation, place)?;
    let (found, wanted) = (array.shape()[axis], frequencies(length));
    if found != wanted {
        let what = format!(
            "axis {axis} of shape {:?} has {found} frequencies, {length} real values have {wanted}",
            array.shape()
        );
        return Err(mistake_at(place, operation, what));
    }
    let made = along(array, axis, length, |block, _| {
        spawn!(irfft_block(block, axis, length))
    })?;
    made.rechunk(with_length(array.layout(), axis, length))
        .check()
}

#[task(name = "rfft", anywhere)]
fn rfft_block<T: FftElement, D: Dimension + 'static>(
    block: Array<T, D>,
    axis: usize,
) -> Result<Array<Complex<T>, D>> {
    let length = block.shape()[axis];
    on_lines(block, axis, frequencies(length), |lines| {
        from_real(lines, length)
    })
}

#[task(name = "irfft", anywhere)]
fn irfft_block<T: FftElement, D: Dimension + 'static>(
    block: Array<Complex<T>, D>,
    axis: usize,
    length: usize,
) -> Result<Array<T, D>> {
    on_lines(block, axis, length, |lines| to_real(lines, length))
}
