//! The kernels that the original leaves to a BLAS.
//!
//! Written out here, so that they need none: their speed is that of a plain loop, well below a BLAS's for `dgemm`.

/// `C += A · B` for three square matrices, stored by columns one behind the other.
pub(super) fn dgemm(iterations: i64, scratch: &mut [u64]) {
    let side = side(size_of_val(scratch));
    let words: &mut [f64] = bytemuck::cast_slice_mut(scratch);
    let third = words.len() / 3;
    if side == 0 {
        return;
    }
    let (a, rest) = words.split_at_mut(third);
    let (b, c) = rest.split_at_mut(third);
    for _ in 0..iterations {
        for (c, b) in c[..side * side]
            .chunks_exact_mut(side)
            .zip(b.chunks_exact(side))
        {
            for (a, b) in a.chunks_exact(side).zip(b) {
                for (c, a) in c.iter_mut().zip(a) {
                    *c += a * b;
                }
            }
        }
    }
}

/// The rows of each of `dgemm`'s matrices.
pub(super) fn side(scratch_bytes: usize) -> usize {
    (scratch_bytes / (3 * size_of::<f64>())).isqrt()
}

/// `y += x` in one sample of the scratch memory an iteration: `x` is its first half, `y` the second.
pub(super) fn daxpy(iterations: i64, samples: i64, step: i64, scratch: &mut [u64]) {
    let bytes = size_of_val(scratch) / samples as usize;
    let half = bytes / (2 * size_of::<f64>());
    let words: &mut [f64] = bytemuck::cast_slice_mut(scratch);
    for iteration in 0..iterations {
        let sample = (step * iterations + iteration) % samples;
        let start = sample as usize * bytes / size_of::<f64>();
        let (x, y) = words[start..start + 2 * half].split_at_mut(half);
        for (y, x) in y.iter_mut().zip(x) {
            *y += *x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn matrices_are_multiplied_by_columns() {
        // A = (1 3; 2 4), B = (5 7; 6 8), C = 0: C = A · B = (23 31; 34 46), twice.
        let mut scratch = words(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0, 0.0, 0.0]);
        dgemm(2, &mut scratch);
        assert_eq!(scratch[8..], words(&[46.0, 68.0, 62.0, 92.0]));
    }

    #[test]
    fn sums_are_taken_in_the_sample_whose_turn_it_is() {
        let mut scratch = words(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        daxpy(1, 2, 1, &mut scratch);
        assert_eq!(scratch, words(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 12.0, 14.0]));
    }
}
