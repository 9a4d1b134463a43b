//! A function of one element.

use dagger_core::wire::Code;
use dagger_core::{Result, Wire};
use dagger_macros::Wire;

use super::{At, Cutting, Expression, Kernel};
use crate::element::{Captured, Element};

/// A function applied to every element.
#[derive(Clone, Debug, Wire)]
pub struct Unary<F, E> {
    pub(crate) function: F,
    pub(crate) of: E,
}

/// What can be applied to an element of type `A`: the [`Code`] of closures and functions, and operators.
pub trait Function1<A>: Captured + Wire {
    /// What it gives.
    type Out: Element;

    /// Applies it.
    fn call(&self, a: A) -> Self::Out;
}

impl<A, U: Element, F: Fn(A) -> U + Captured> Function1<A> for Code<F> {
    type Out = U;

    #[inline(always)]
    fn call(&self, a: A) -> U {
        (self.0)(a)
    }
}

impl<F: Function1<E::Item>, E: Expression> Expression for Unary<F, E> {
    type Item = F::Out;
    type Dim = E::Dim;
    type Kernel = Unary<F, E::Kernel>;
    type Inputs<Tail> = E::Inputs<Tail>;

    fn shape(&self) -> Result<E::Dim> {
        self.of.shape()
    }

    fn propose(&self, cutting: &mut Cutting) {
        self.of.propose(cutting);
    }

    fn split<Tail>(
        self,
        cutting: &Cutting,
        tail: Tail,
    ) -> Result<(Self::Kernel, Self::Inputs<Tail>)> {
        let (of, inputs) = self.of.split(cutting, tail)?;
        let function = self.function;
        Ok((Unary { function, of }, inputs))
    }
}

impl<F: Function1<K::Item>, K: Kernel> Kernel for Unary<F, K> {
    type Item = F::Out;
}

impl<In, F: Function1<K::Item>, K: At<In>> At<In> for Unary<F, K> {
    type Rest = K::Rest;

    #[inline(always)]
    unsafe fn at<'r>(&self, rows: &'r In, i: usize) -> (F::Out, &'r K::Rest) {
        // SAFETY: the caller vouches for the lengths of all rows.
        let (item, rest) = unsafe { self.of.at(rows, i) };
        (self.function.call(item), rest)
    }
}
