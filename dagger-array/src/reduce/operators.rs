//! The operators of reductions as kernels, for devices.
//!
//! They are generic; which one an element type needs is only known by the type's identity, as elements are any type.

use dagger_core::kernel::{Integer, Kernel, Number, Real, ScalarType};
use dagger_macros::kernel;

#[kernel(reduce, identity = T::zero(), commutative)]
fn plus<T: Number>(a: T, b: T) -> T {
    a + b
}

#[kernel(reduce, identity = T::one(), commutative)]
fn times<T: Number>(a: T, b: T) -> T {
    a * b
}

#[kernel(reduce, identity = T::max_value(), commutative)]
fn least<T: Integer>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

#[kernel(reduce, identity = T::min_value(), commutative)]
fn greatest<T: Integer>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// NaN if one of them is.
#[kernel(reduce, identity = T::infinity(), commutative)]
fn least_real<T: Real>(a: T, b: T) -> T {
    if b < a || b.is_nan() { b } else { a }
}

/// NaN if one of them is.
#[kernel(reduce, identity = T::neg_infinity(), commutative)]
fn greatest_real<T: Real>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

/// The kernel for the element type `T`: `$real` for floats, `$integer` for integers.
macro_rules! of_type {
    ($($(#[$doc:meta])* $name:ident: $real:ident $integer:ident;)*) => {
        $(
            $(#[$doc])*
            pub(super) fn $name<T: 'static>() -> Option<Kernel> {
                match ScalarType::of::<T>()? {
                    ScalarType::Bool => None,
                    ScalarType::F32 => Kernel::of(&$real::with::<f32>()),
                    ScalarType::F64 => Kernel::of(&$real::with::<f64>()),
                    ScalarType::I8 => Kernel::of(&$integer::with::<i8>()),
                    ScalarType::I16 => Kernel::of(&$integer::with::<i16>()),
                    ScalarType::I32 => Kernel::of(&$integer::with::<i32>()),
                    ScalarType::I64 => Kernel::of(&$integer::with::<i64>()),
                    ScalarType::Isize => Kernel::of(&$integer::with::<isize>()),
                    ScalarType::U8 => Kernel::of(&$integer::with::<u8>()),
                    ScalarType::U16 => Kernel::of(&$integer::with::<u16>()),
                    ScalarType::U32 => Kernel::of(&$integer::with::<u32>()),
                    ScalarType::U64 => Kernel::of(&$integer::with::<u64>()),
                    ScalarType::Usize => Kernel::of(&$integer::with::<usize>()),
                }
            }
        )*
    };
}

of_type! {
    /// `a + b`
    sum: plus plus;
    /// `a * b`
    product: times times;
    /// The lesser one.
    min: least_real least;
    /// The greater one.
    max: greatest_real greatest;
}
