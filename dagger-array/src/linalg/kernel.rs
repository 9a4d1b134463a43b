//! The product of two tiles, on one thread.
//!
//! Floating-point and complex tiles go to the `gemm` crate (the kernels of faer, chosen by what the processor can do), whole numbers
//! to ndarray.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use num_complex::Complex;
use num_traits::{One, Zero};
use std::ops::{Add, Mul};

use crate::element::Element;

/// Numbers that matrices can be multiplied of: floating-point, complex and whole ones.
pub trait MatrixElement:
    Element + Copy + Zero + One + Add<Output = Self> + Mul<Output = Self>
{
    /// `c ← a·b`, or `c ← c + a·b` if `add`. The shapes fit.
    #[doc(hidden)]
    fn multiply_into(
        c: ArrayViewMut2<'_, Self>,
        add: bool,
        a: ArrayView2<'_, Self>,
        b: ArrayView2<'_, Self>,
    );
}

macro_rules! by_gemm {
    ($($number:ty)+) => {
        $(
            impl MatrixElement for $number {
                fn multiply_into(
                    mut c: ArrayViewMut2<'_, Self>,
                    add: bool,
                    a: ArrayView2<'_, Self>,
                    b: ArrayView2<'_, Self>,
                ) {
                    let ((m, k), (inner, n)) = (a.dim(), b.dim());
                    assert!(k == inner && c.dim() == (m, n), "tiles of fitting shapes");
                    if m == 0 || n == 0 {
                        return;
                    }
                    if k == 0 {
                        if !add {
                            c.fill(Self::zero());
                        }
                        return;
                    }
                    let (a_rows, a_columns) = (a.strides()[0], a.strides()[1]);
                    let (b_rows, b_columns) = (b.strides()[0], b.strides()[1]);
                    let (c_rows, c_columns) = (c.strides()[0], c.strides()[1]);
                    // SAFETY: the three views are alive and of the sizes that are passed, with their own strides; `c` is borrowed
                    // exclusively, so it overlaps neither `a` nor `b`. What `c` holds is read only if `add`; it is initialised
                    // in any case.
                    unsafe {
                        gemm::gemm(
                            m, n, k,
                            c.as_mut_ptr(), c_columns, c_rows,
                            add,
                            a.as_ptr(), a_columns, a_rows,
                            b.as_ptr(), b_columns, b_rows,
                            Self::one(), Self::one(),
                            false, false, false,
                            gemm::Parallelism::None,
                        );
                    }
                }
            }
        )+
    };
}

by_gemm!(f32 f64 Complex<f32> Complex<f64>);

macro_rules! by_ndarray {
    ($($number:ty)+) => {
        $(
            impl MatrixElement for $number {
                fn multiply_into(
                    mut c: ArrayViewMut2<'_, Self>,
                    add: bool,
                    a: ArrayView2<'_, Self>,
                    b: ArrayView2<'_, Self>,
                ) {
                    general_mat_mul(1, &a, &b, <$number>::from(add), &mut c);
                }
            }
        )+
    };
}

by_ndarray!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// `a·b` as a new tile.
pub(super) fn multiply<T: MatrixElement>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> Array2<T> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    T::multiply_into(c.view_mut(), false, a, b);
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tile(rows: usize, columns: usize, seed: usize) -> Array2<i64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| {
            ((i * 7 + j * 3 + seed) % 11) as i64 - 5
        })
    }

    proptest! {
        #[test]
        fn tiles_of_any_shape_and_order(
            (m, n, k) in (0_usize..40, 0_usize..40, 0_usize..40),
            transposed: (bool, bool, bool),
            add: bool,
        ) {
            let order = |t: bool, rows, columns, seed| match t {
                true => tile(columns, rows, seed).reversed_axes(),
                false => tile(rows, columns, seed),
            };
            let (a, b) = (order(transposed.0, m, k, 1), order(transposed.1, k, n, 2));
            let c = order(transposed.2, m, n, 3);
            let expected = a.dot(&b) + if add { c.clone() } else { Array2::zeros((m, n)) };
            let mut whole = c.clone();
            i64::multiply_into(whole.view_mut(), add, a.view(), b.view());
            prop_assert_eq!(&whole, &expected);
            let float = |of: &Array2<i64>| of.mapv(|x| x as f64);
            let mut made = float(&c);
            f64::multiply_into(made.view_mut(), add, float(&a).view(), float(&b).view());
            prop_assert_eq!(made, float(&expected));
            let complex = |of: &Array2<i64>| of.mapv(|x| Complex::new(x as f32, 0.0));
            let mut made = complex(&c);
            let turned = complex(&a).mapv(|x| x * Complex::i());
            f32_complex(&mut made, add, &turned, &complex(&b));
            let c_part = complex(&c).mapv(|x| if add { x } else { Complex::new(0.0, 0.0) });
            prop_assert_eq!(made, complex(&a.dot(&b)).mapv(|x| x * Complex::i()) + c_part);
        }
    }

    fn f32_complex(
        c: &mut Array2<Complex<f32>>,
        add: bool,
        a: &Array2<Complex<f32>>,
        b: &Array2<Complex<f32>>,
    ) {
        Complex::<f32>::multiply_into(c.view_mut(), add, a.view(), b.view());
    }
}
