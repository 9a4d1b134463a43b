//! Transforms of complex arrays.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array, Axis, Dimension};
use num_complex::Complex;
use std::panic::Location;

use super::along::{along, check_axis, on_lines};
use super::four_steps;
use super::line::{Direction, FftElement, transform};
use crate::array::DArray;

impl<T: FftElement, D: Dimension + 'static> DArray<Complex<T>, D> {
    /// The discrete Fourier transform of every line along `axis`: X\[k\] = Σ x\[j\]·exp(−2πi·j·k/n). Any length n is good; those without large prime
    /// factors are fastest.
    ///
    /// The result is cut where this array is. Tasks work on whole lines, for which the array is re-cut before and after; a long vector is
    /// taken apart, so that all threads share in it.
    ///
    /// # Errors
    /// There is no such axis.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Axis, arr1};
    /// # use num_complex::Complex;
    /// let x = arr1(&[1.0, 2.0, 3.0, 4.0]).mapv(|re| Complex::new(re, 0.0));
    /// let spectrum = DArray::distribute(&x, Blocks([2])).fft(Axis(0));
    /// assert_eq!(spectrum.get([0]).fetch()?, Complex::new(10.0, 0.0));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn fft(&self, axis: Axis) -> Self {
        self.transformed(&[axis.index()], Direction::Forth, "fft", Location::caller())
    }

    /// The inverse of [`fft`](Self::fft), divided by n.
    ///
    /// # Errors
    /// There is no such axis.
    #[track_caller]
    pub fn ifft(&self, axis: Axis) -> Self {
        self.transformed(&[axis.index()], Direction::Back, "ifft", Location::caller())
    }

    /// The transform along all axes: of a matrix its 2-D transform, and so on.
    #[track_caller]
    pub fn fftn(&self) -> Self {
        let axes: Vec<usize> = (0..self.ndim()).rev().collect();
        self.transformed(&axes, Direction::Forth, "fftn", Location::caller())
    }

    /// The inverse of [`fftn`](Self::fftn), divided by the number of elements.
    #[track_caller]
    pub fn ifftn(&self) -> Self {
        let axes: Vec<usize> = (0..self.ndim()).rev().collect();
        self.transformed(&axes, Direction::Back, "ifftn", Location::caller())
    }

    /// Along these axes, one after the other.
    pub(super) fn transformed(
        &self,
        axes: &[usize],
        direction: Direction,
        operation: &str,
        place: &Location<'_>,
    ) -> Self {
        let all = || {
            let mut array = self.clone();
            for &axis in axes {
                check_axis(self, axis, operation, place)?;
                array = match four_steps::split(self.shape(), axis) {
                    Some(split) => four_steps::transformed(&array, split, direction)?,
                    None => lines(&array, axis, direction)?,
                };
            }
            array.rechunk(self.layout().clone()).check()
        };
        all().unwrap_or_else(DArray::failed)
    }
}

/// Along one axis, in blocks of whole lines.
pub(super) fn lines<T: FftElement, D: Dimension + 'static>(
    array: &DArray<Complex<T>, D>,
    axis: usize,
    direction: Direction,
) -> Result<DArray<Complex<T>, D>> {
    let length = array.shape()[axis];
    along(array, axis, length, |block, _| {
        spawn!(fft_block(block, axis, direction))
    })
}

#[task(name = "fft", anywhere)]
fn fft_block<T: FftElement, D: Dimension + 'static>(
    block: Array<Complex<T>, D>,
    axis: usize,
    direction: Direction,
) -> Result<Array<Complex<T>, D>> {
    let length = block.shape()[axis];
    on_lines(block, axis, length, |mut lines| {
        transform(&mut lines, length, direction);
        lines
    })
}
