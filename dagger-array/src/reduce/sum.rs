//! Sums.

use dagger_core::Result;
use dagger_core::kernel::Kernel;
use dagger_macros::Wire;
use num_traits::Zero;
use std::marker::PhantomData;
use std::ops::Add;

use super::{Merge, Reducer, operators};
use crate::element::Element;

/// The sum.
#[derive(Clone, Debug, Wire)]
pub struct Sum<T>(PhantomData<fn() -> T>);

impl<T> Sum<T> {
    pub(super) fn new() -> Self {
        Sum(PhantomData)
    }
}

impl<T: Element + Zero + Add<Output = T>> Merge for Sum<T> {
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
        Ok(acc)
    }
}

impl<T: Element + Zero + Add<Output = T>> Reducer<T> for Sum<T> {
    fn operator(&self) -> Option<Kernel> {
        operators::sum::<T>()
    }

    #[inline(always)]
    fn step(&self, acc: T, item: T) -> T {
        acc + item
    }
}
