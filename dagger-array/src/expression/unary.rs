//! A function of one element.

use dagger_core::kernel::LowerError;
use dagger_core::wire::Code;
use dagger_core::{Result, Wire};
use dagger_macros::Wire;

use super::{At, Cutting, Expression, Kernel, Lowered, Lowering};
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

    /// The same for a device.
    ///
    /// # Errors
    /// What no device can do.
    fn lower(&self, to: &mut Lowering, a: Lowered) -> Result<Lowered, LowerError>;
}

impl<A, U: Element, F: Fn(A) -> U + Captured> Function1<A> for Code<F> {
    type Out = U;

    #[inline(always)]
    fn call(&self, a: A) -> U {
        (self.0)(a)
    }

    fn lower(&self, to: &mut Lowering, a: Lowered) -> Result<Lowered, LowerError> {
        to.apply(&self.0, &[a])
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

    fn kernel(&self) -> Self::Kernel {
        let (function, of) = (self.function.clone(), self.of.kernel());
        Unary { function, of }
    }

    fn inputs<Tail>(self, cutting: &Cutting, tail: Tail) -> Result<Self::Inputs<Tail>> {
        self.of.inputs(cutting, tail)
    }
}

impl<F: Function1<K::Item>, K: Kernel> Kernel for Unary<F, K> {
    type Item = F::Out;

    fn lower(&self, to: &mut Lowering) -> Result<Lowered, LowerError> {
        let of = self.of.lower(to)?;
        self.function.lower(to, of)
    }
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
