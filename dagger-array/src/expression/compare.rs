//! Comparisons as functions of two elements.

use dagger_core::kernel::{BinaryOperator, LowerError};
use dagger_macros::Wire;

use super::{Function2, Lowered, Lowering};

macro_rules! comparisons {
    ($($name:ident $device:ident $bound:ident $operator:tt $doc:literal)+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Wire)]
            pub struct $name;

            impl<A: $bound<B>, B> Function2<A, B> for $name {
                type Out = bool;

                #[inline(always)]
                fn call(&self, a: A, b: B) -> bool {
                    a $operator b
                }

                fn lower(&self, to: &mut Lowering, a: Lowered, b: Lowered) -> Result<Lowered, LowerError> {
                    to.binary(BinaryOperator::$device, a, b)
                }
            }
        )+
    };
}

comparisons! {
    Equal Eq PartialEq == "`a == b`"
    NotEqual Ne PartialEq != "`a != b`"
    Less Lt PartialOrd < "`a < b`"
    LessEqual Le PartialOrd <= "`a <= b`"
    Greater Gt PartialOrd > "`a > b`"
    GreaterEqual Ge PartialOrd >= "`a >= b`"
}
