//! Bounds for kernels that are generic over their element type.

use dagger_ir::kernel::Scalar;
use num_traits::{Float, FloatConst, NumAssign, PrimInt};
use std::fmt::{Debug, Display};

/// A number: any integer or float that kernels compute with.
///
/// ```ignore
/// use dagger::prelude::*;
///
/// #[kernel]
/// fn square<T: Number>(x: T) -> T {
///     x * x
/// }
/// assert_eq!((square(3), square(0.5)), (9, 0.25));
/// ```
pub trait Number: Scalar + NumAssign + PartialOrd + Debug + Display {
    /// The number nearest to `value`, as `value as Self` gives it: the way to write a constant in a generic kernel.
    fn of(value: f64) -> Self;
}

/// A floating-point number: `f32` or `f64`, with their functions.
pub trait Real: Number + Float + FloatConst {}

/// An integer of up to 64 bits.
pub trait Integer: Number + PrimInt {}

macro_rules! numbers {
    ($bound:ident: $($ty:ident)*) => {
        $(
            impl Number for $ty {
                #[inline(always)]
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, trivial_numeric_casts)]
                fn of(value: f64) -> Self {
                    value as $ty
                }
            }
            impl $bound for $ty {}
        )*
    };
}

numbers!(Real: f32 f64);
numbers!(Integer: i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
