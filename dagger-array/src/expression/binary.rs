//! A function of the elements of two expressions, whose shapes broadcast together.

use dagger_core::kernel::LowerError;
use dagger_core::wire::Code;
use dagger_core::{Result, Wire};
use dagger_macros::Wire;
use ndarray::{DimMax, Dimension};
use std::panic::Location;

use super::{At, Cutting, Expression, Kernel, Lowered, Lowering, align};
use crate::element::{Captured, Element};

/// A function applied to pairs of elements.
#[derive(Clone, Debug)]
pub struct Binary<F, L, R> {
    pub(crate) function: F,
    pub(crate) left: L,
    pub(crate) right: R,
    /// Where it was written.
    pub(crate) place: &'static Location<'static>,
}

/// The kernel of a [`Binary`].
#[derive(Clone, Debug, Wire)]
pub struct BinaryKernel<F, L, R> {
    function: F,
    left: L,
    right: R,
}

/// What can be applied to elements of types `A` and `B`: the [`Code`] of closures and functions, and operators.
pub trait Function2<A, B>: Captured + Wire {
    /// What it gives.
    type Out: Element;

    /// Applies it.
    fn call(&self, a: A, b: B) -> Self::Out;

    /// The same for a device.
    ///
    /// # Errors
    /// What no device can do.
    fn lower(&self, to: &mut Lowering, a: Lowered, b: Lowered) -> Result<Lowered, LowerError>;
}

impl<A, B, U: Element, F: Fn(A, B) -> U + Captured> Function2<A, B> for Code<F> {
    type Out = U;

    #[inline(always)]
    fn call(&self, a: A, b: B) -> U {
        (self.0)(a, b)
    }

    fn lower(&self, to: &mut Lowering, a: Lowered, b: Lowered) -> Result<Lowered, LowerError> {
        to.apply(&self.0, &[a, b])
    }
}

impl<F, L, R> Expression for Binary<F, L, R>
where
    F: Function2<L::Item, R::Item>,
    L: Expression,
    R: Expression,
    L::Dim: DimMax<R::Dim>,
    <L::Dim as DimMax<R::Dim>>::Output: Dimension + 'static,
{
    type Item = F::Out;
    type Dim = <L::Dim as DimMax<R::Dim>>::Output;
    type Kernel = BinaryKernel<F, L::Kernel, R::Kernel>;
    type Inputs<Tail> = L::Inputs<R::Inputs<Tail>>;

    fn shape(&self) -> Result<Self::Dim> {
        let (left, right) = (self.left.shape()?, self.right.shape()?);
        align::broadcast(self.place, left.slice(), right.slice())
    }

    fn propose(&self, cutting: &mut Cutting) {
        self.left.propose(cutting);
        self.right.propose(cutting);
    }

    fn kernel(&self) -> Self::Kernel {
        BinaryKernel {
            function: self.function.clone(),
            left: self.left.kernel(),
            right: self.right.kernel(),
        }
    }

    fn inputs<Tail>(self, cutting: &Cutting, tail: Tail) -> Result<Self::Inputs<Tail>> {
        let tail = self.right.inputs(cutting, tail)?;
        self.left.inputs(cutting, tail)
    }
}

impl<F, L: Kernel, R: Kernel> Kernel for BinaryKernel<F, L, R>
where
    F: Function2<L::Item, R::Item>,
{
    type Item = F::Out;

    fn lower(&self, to: &mut Lowering) -> Result<Lowered, LowerError> {
        // The inputs are numbered as the arrays are listed: those of the left side first.
        let left = self.left.lower(to)?;
        let right = self.right.lower(to)?;
        self.function.lower(to, left, right)
    }
}

impl<In, F, L, R> At<In> for BinaryKernel<F, L, R>
where
    F: Function2<L::Item, R::Item>,
    L: At<In>,
    R: At<L::Rest>,
{
    type Rest = R::Rest;

    #[inline(always)]
    unsafe fn at<'r>(&self, rows: &'r In, i: usize) -> (F::Out, &'r R::Rest) {
        // SAFETY: the caller vouches for the lengths of all rows.
        let (left, rows) = unsafe { self.left.at(rows, i) };
        // SAFETY: as above; these are some of them.
        let (right, rest) = unsafe { self.right.at(rows, i) };
        (self.function.call(left, right), rest)
    }
}
