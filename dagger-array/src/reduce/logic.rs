//! Whether any or all elements are true.

use dagger_core::Result;
use dagger_macros::Wire;

use super::{Merge, Reducer};

macro_rules! truths {
    ($($name:ident $empty:literal $operator:tt $doc:literal)+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Wire)]
            pub struct $name;

            impl Merge for $name {
                type Acc = bool;
                type Out = bool;

                #[inline(always)]
                fn empty(&self) -> bool {
                    $empty
                }

                #[inline(always)]
                fn merge(&self, left: bool, right: bool) -> bool {
                    left $operator right
                }

                fn finish(&self, acc: bool, _count: usize) -> Result<bool> {
                    Ok(acc)
                }
            }

            impl Reducer<bool> for $name {
                #[inline(always)]
                fn step(&self, acc: bool, item: bool) -> bool {
                    acc $operator item
                }
            }
        )+
    };
}

truths! {
    Any false | "Whether any element is true."
    All true & "Whether all elements are true."
}
