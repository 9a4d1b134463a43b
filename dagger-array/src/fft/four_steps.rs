//! Long vectors: as a matrix, so that its lines are many short ones (Bailey's four-step algorithm, 1990).
//!
//! With n = rows · columns, element j = j₁·columns + j₂ of the vector is element (j₁, j₂) of a matrix, and frequency k = k₁ + rows·k₂ of the
//! result is element (k₁, k₂). Then: transforms along axis 0; a multiplication of element (k₁, j₂) by exp(∓2πi·k₁·j₂/n); transforms along axis 1; the
//! transpose, read row by row.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array2, Dimension, Ix2};
use num_complex::Complex;

use super::along::{along, on_lines};
use super::complex::lines;
use super::line::{Direction, FftElement, root, transform};
use crate::array::DArray;
use crate::layout::Place;

/// Shorter vectors are one line.
const LONG: usize = 1 << 17;
/// With fewer rows or columns, lines would be few or short.
const NARROW: usize = 32;

/// Rows and columns of the matrix that a long vector is turned into; none for an array of several lines, a short vector, or one whose length
/// has no suitable divisors.
pub(super) fn split(shape: &[usize], axis: usize) -> Option<[usize; 2]> {
    let length = shape[axis];
    let single = shape.iter().product::<usize>() == length;
    (single && length >= LONG)
        .then(|| divided(length, NARROW))
        .flatten()
}

/// The divisors of `length` next to its root, if both are at least `least`.
fn divided(length: usize, least: usize) -> Option<[usize; 2]> {
    let rows = (least..=length.isqrt())
        .rev()
        .find(|rows| length.is_multiple_of(*rows))?;
    Some([rows, length / rows])
}

/// The transform of an array that is one line.
pub(super) fn transformed<T: FftElement, D: Dimension + 'static>(
    vector: &DArray<Complex<T>, D>,
    [rows, columns]: [usize; 2],
    direction: Direction,
) -> Result<DArray<Complex<T>, D>> {
    let matrix: DArray<Complex<T>, Ix2> = vector.reshape([rows, columns]).check()?;
    let length = vector.len();
    let turned = along(&matrix, 0, rows, |block, place: Place<Ix2>| {
        let first = place.start[1];
        spawn!(fft_twiddle(block, first, length, direction))
    })?;
    let crossed = lines(&turned, 1, direction)?;
    let layout = vector.layout().clone();
    crossed.t().reshape_into(vector.raw_dim(), layout).check()
}

/// The transforms of columns from number `first` on, and the multiplication.
#[task(anywhere)]
fn fft_twiddle<T: FftElement>(
    block: Array2<Complex<T>>,
    first: usize,
    length: usize,
    direction: Direction,
) -> Result<Array2<Complex<T>>> {
    let rows = block.nrows();
    on_lines(block, 0, rows, |mut columns| {
        transform(&mut columns, rows, direction);
        for (at, column) in columns.chunks_exact_mut(rows).enumerate() {
            twiddle(column, first + at, length, direction);
        }
        columns
    })
}

/// Multiplies element k of a column by the root of number k·`number`.
fn twiddle<T: FftElement>(
    column: &mut [Complex<T>],
    number: usize,
    length: usize,
    direction: Direction,
) {
    /// So many are multiples of the first by one factor: rounding does not add up further, and sines are few.
    const RUN: usize = 16;
    let steps: [Complex<T>; RUN] = std::array::from_fn(|k| root(k * number, length, direction));
    for (run, elements) in column.chunks_mut(RUN).enumerate() {
        let base = root::<T>(run * RUN * number, length, direction);
        for (element, step) in elements.iter_mut().zip(&steps) {
            *element = *element * (base * *step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::Blocks;
    use ndarray::{Array1, Ix1};

    #[test]
    fn divisors_next_to_the_root() {
        assert_eq!(divided(1 << 20, 32), Some([1 << 10, 1 << 10]));
        assert_eq!(divided(6 * 35, 2), Some([14, 15]));
        assert_eq!(divided(1009 * 2, 3), None);
        assert_eq!(split(&[3, 1 << 20], 1), None);
        assert_eq!(split(&[1, 1 << 20, 1], 1), Some([1 << 10, 1 << 10]));
        assert_eq!(split(&[1 << 10], 0), None);
    }

    #[test]
    fn four_steps_make_the_transform() {
        for length in [6, 35, 64, 2 * 3 * 5 * 7 * 11] {
            let x = Array1::from_shape_fn(length, |j| {
                let j = j as f64;
                Complex::new((j * 0.7).sin(), (j * j * 0.3).cos())
            });
            let array: DArray<Complex<f64>, Ix1> = DArray::distribute(&x, Blocks([length / 3]));
            for direction in [Direction::Forth, Direction::Back] {
                let split = divided(length, 2).unwrap();
                let found = transformed(&array, split, direction).unwrap();
                assert_eq!(found.layout(), array.layout());
                let mut expected = x.to_vec();
                transform(&mut expected, length, direction);
                let found = found.collect().unwrap();
                let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).norm());
                assert!(worst.fold(0.0, f64::max) < 1e-11 * length as f64);
            }
        }
    }
}
