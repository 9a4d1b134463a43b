//! Reductions by functions of the user's.

use dagger_core::kernel::{Form, Kernel};
use dagger_core::wire::Code;
use dagger_core::{Error, Result};
use dagger_macros::Wire;
use std::marker::PhantomData;
use std::ops::Range;

use super::{Merge, Reducer, in_order};
use crate::element::{Captured, Element};
use crate::expression::Chunk;

/// See [`DArray::fold`](crate::DArray::fold).
#[derive(Clone, Debug, Wire)]
pub struct Fold<A, F, M> {
    pub(super) init: A,
    pub(super) step: F,
    pub(super) merge: M,
}

impl<A, F, M> Merge for Fold<A, Code<F>, Code<M>>
where
    A: Element,
    F: Captured,
    M: Fn(A, A) -> A + Captured,
{
    type Acc = A;
    type Out = A;

    fn empty(&self) -> A {
        self.init.clone()
    }

    fn merge(&self, left: A, right: A) -> A {
        (self.merge.0)(left, right)
    }

    fn finish(&self, acc: A, _count: usize) -> Result<A> {
        Ok(acc)
    }
}

impl<T, A, F, M> Reducer<T> for Fold<A, Code<F>, Code<M>>
where
    A: Element,
    F: Fn(A, T) -> A + Captured,
    M: Fn(A, A) -> A + Captured,
{
    #[inline(always)]
    fn step(&self, acc: A, item: T) -> A {
        (self.step.0)(acc, item)
    }

    #[inline(always)]
    fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> A {
        in_order(self, chunk, range)
    }
}

/// See [`DArray::reduce`](crate::DArray::reduce).
#[derive(Clone, Debug, Wire)]
pub struct Reduce<F, T> {
    function: F,
    of: PhantomData<fn() -> T>,
}

impl<F, T> Reduce<F, T> {
    pub(super) fn new(function: F) -> Self {
        Reduce {
            function,
            of: PhantomData,
        }
    }
}

impl<T: Element, F: Fn(T, T) -> T + Captured> Merge for Reduce<Code<F>, T> {
    type Acc = Option<T>;
    type Out = T;

    fn empty(&self) -> Option<T> {
        None
    }

    fn merge(&self, left: Option<T>, right: Option<T>) -> Option<T> {
        match (left, right) {
            (Some(left), Some(right)) => Some((self.function.0)(left, right)),
            (left, right) => left.or(right),
        }
    }

    fn finish(&self, acc: Option<T>, _count: usize) -> Result<T> {
        acc.ok_or_else(|| Error::msg("`reduce` of an array without elements"))
    }
}

impl<T: Element, F: Fn(T, T) -> T + Captured> Reducer<T> for Reduce<Code<F>, T> {
    fn operator(&self) -> Option<Kernel> {
        let kernel = Kernel::of(&self.function.0)?;
        matches!(kernel.definition().form, Form::Reduction { .. }).then_some(kernel)
    }

    #[inline(always)]
    fn step(&self, acc: Option<T>, item: T) -> Option<T> {
        Some(match acc {
            Some(acc) => (self.function.0)(acc, item),
            None => item,
        })
    }

    #[inline(always)]
    fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> Option<T> {
        in_order(self, chunk, range)
    }
}
