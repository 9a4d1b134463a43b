//! Comparisons as functions of two elements.

use dagger_macros::Wire;

use super::Function2;

macro_rules! comparisons {
    ($($name:ident $bound:ident $operator:tt $doc:literal)+) => {
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
            }
        )+
    };
}

comparisons! {
    Equal PartialEq == "`a == b`"
    NotEqual PartialEq != "`a != b`"
    Less PartialOrd < "`a < b`"
    LessEqual PartialOrd <= "`a <= b`"
    Greater PartialOrd > "`a > b`"
    GreaterEqual PartialOrd >= "`a >= b`"
}
