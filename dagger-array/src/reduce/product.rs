//! Products.

use dagger_core::Result;
use dagger_core::kernel::Kernel;
use dagger_macros::Wire;
use num_traits::One;
use std::marker::PhantomData;
use std::ops::Mul;

use super::{Merge, Reducer, operators};
use crate::element::Element;

/// The product.
#[derive(Clone, Debug, Wire)]
pub struct Product<T>(PhantomData<fn() -> T>);

impl<T> Product<T> {
    pub(super) fn new() -> Self {
        Product(PhantomData)
    }
}

impl<T: Element + One + Mul<Output = T>> Merge for Product<T> {
    type Acc = T;
    type Out = T;

    #[inline(always)]
    fn empty(&self) -> T {
        T::one()
    }

    #[inline(always)]
    fn merge(&self, left: T, right: T) -> T {
        left * right
    }

    fn finish(&self, acc: T, _count: usize) -> Result<T> {
        Ok(acc)
    }
}

impl<T: Element + One + Mul<Output = T>> Reducer<T> for Product<T> {
    fn operator(&self) -> Option<Kernel> {
        operators::product::<T>()
    }

    #[inline(always)]
    fn step(&self, acc: T, item: T) -> T {
        acc * item
    }
}
