//! The Euclidean norm.

use dagger_core::Result;
use dagger_macros::Wire;
use num_traits::Float;
use std::marker::PhantomData;

use super::{Merge, Reducer};
use crate::element::Element;

/// The root of the sum of squares. Squares that leave the type's range make it 0 or infinite.
#[derive(Clone, Debug, Wire)]
pub struct Norm<T>(PhantomData<fn() -> T>);

impl<T> Norm<T> {
    pub(super) fn new() -> Self {
        Norm(PhantomData)
    }
}

impl<T: Element + Float> Merge for Norm<T> {
    type Acc = T;
    type Out = T;

    #[inline(always)]
    fn empty(&self) -> T {
        T::zero()
    }

    #[inline(always)]
    fn merge(&self, left: T, right: T) -> T {
        left + right
    }

    fn finish(&self, acc: T, _count: usize) -> Result<T> {
        Ok(acc.sqrt())
    }
}

impl<T: Element + Float> Reducer<T> for Norm<T> {
    #[inline(always)]
    fn step(&self, acc: T, item: T) -> T {
        acc + item * item
    }
}
