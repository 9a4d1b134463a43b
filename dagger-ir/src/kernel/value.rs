//! The Rust types that kernels compute with, and their values as bits.

use super::{Constant, ScalarType, Type};
use std::any::{Any, TypeId};

/// A type that kernels compute with: `bool`, the integers up to 64 bits, `f32` and `f64`, and tuples and arrays of them.
#[diagnostic::on_unimplemented(
    message = "a kernel cannot compute with `{Self}`",
    label = "`{Self}` has no counterpart on a device",
    note = "kernels compute with `bool`, integers up to 64 bits, `f32`, `f64`, tuples of up to 8 and arrays; a type parameter needs the bound `Scalar`, `Number`, `Real` or `Integer`"
)]
pub trait Value: Copy + Send + Sync + 'static + sealed::Sealed {
    /// The type, as kernels know it.
    const TYPE: Type;
    /// Adds the bits of its scalars, in order; signed integers extended by their sign.
    fn bits(&self, to: &mut Vec<u64>);
}

/// A value that fits into one element of an array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that kernels compute with",
    label = "`{Self}` cannot be an element of a kernel's array",
    note = "elements are `bool`, integers up to 64 bits, `f32` or `f64`; a type parameter needs the bound `Scalar`, `Number`, `Real` or `Integer`"
)]
pub trait Scalar: Value {
    /// The type, as kernels know it.
    const SCALAR: ScalarType;
}

mod sealed {
    pub trait Sealed {}
}

#[diagnostic::do_not_recommend]
impl<T: Value> Constant for T {
    fn ty(&self) -> Type {
        T::TYPE
    }

    fn bits(&self, to: &mut Vec<u64>) {
        Value::bits(self, to);
    }
}

macro_rules! scalars {
    ($($ty:ident $name:ident $value:ident => $bits:expr;)*) => {
        $(
            impl sealed::Sealed for $ty {}
            impl Value for $ty {
                const TYPE: Type = Type::Scalar(ScalarType::$name);
                #[allow(clippy::cast_sign_loss, clippy::cast_lossless, trivial_numeric_casts)]
                fn bits(&self, to: &mut Vec<u64>) {
                    let $value = *self;
                    to.push($bits);
                }
            }
            impl Scalar for $ty {
                const SCALAR: ScalarType = ScalarType::$name;
            }
        )*
    };
}

scalars! {
    bool Bool x => x as u64;
    i8 I8 x => x as u64;
    i16 I16 x => x as u64;
    i32 I32 x => x as u64;
    i64 I64 x => x as u64;
    isize Isize x => x as u64;
    u8 U8 x => x as u64;
    u16 U16 x => x as u64;
    u32 U32 x => x as u64;
    u64 U64 x => x;
    usize Usize x => x as u64;
    f32 F32 x => x.to_bits() as u64;
    f64 F64 x => x.to_bits();
}

/// What an element is where its type is only known to be some type.
macro_rules! known {
    ($($ty:ident)*) => {
        impl ScalarType {
            /// The scalar that the type `T` is, if it is one.
            pub fn of<T: 'static>() -> Option<ScalarType> {
                let id = TypeId::of::<T>();
                $(if id == TypeId::of::<$ty>() {
                    return Some(<$ty as Scalar>::SCALAR);
                })*
                None
            }
        }

        /// The bits of a value that is a scalar, with its type; signed integers extended by their sign.
        pub fn scalar_bits(value: &dyn Any) -> Option<(ScalarType, u64)> {
            let mut bits = Vec::new();
            $(if let Some(value) = value.downcast_ref::<$ty>() {
                Value::bits(value, &mut bits);
                return Some((<$ty as Scalar>::SCALAR, bits[0]));
            })*
            None
        }
    };
}

known!(bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

impl<T: Value, const N: usize> sealed::Sealed for [T; N] {}
impl<T: Value, const N: usize> Value for [T; N] {
    const TYPE: Type = Type::Array(&T::TYPE, N);
    fn bits(&self, to: &mut Vec<u64>) {
        self.iter().for_each(|element| element.bits(to));
    }
}

macro_rules! tuples {
    ($(($($name:ident),*))*) => {
        $(
            impl<$($name: Value),*> sealed::Sealed for ($($name,)*) {}
            impl<$($name: Value),*> Value for ($($name,)*) {
                const TYPE: Type = Type::Tuple(&[$($name::TYPE),*]);
                #[allow(non_snake_case, unused_variables)]
                fn bits(&self, to: &mut Vec<u64>) {
                    let ($($name,)*) = self;
                    $($name.bits(to);)*
                }
            }
        )*
    };
}

tuples! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_known_by_their_types() {
        assert_eq!(ScalarType::of::<f32>(), Some(ScalarType::F32));
        assert_eq!(ScalarType::of::<usize>(), Some(ScalarType::Usize));
        assert_eq!(ScalarType::of::<String>(), None);
        assert_eq!(scalar_bits(&-1_i16), Some((ScalarType::I16, u64::MAX)));
        assert_eq!(scalar_bits(&true), Some((ScalarType::Bool, 1)));
        assert_eq!(scalar_bits(&"text"), None);
    }
}
