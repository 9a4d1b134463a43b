//! Choosing between two expressions, element by element.

use dagger_core::Result;
use dagger_macros::Wire;
use ndarray::{DimMax, Dimension};
use std::panic::Location;

use super::{At, Cutting, Expression, Kernel, align};
use crate::element::Element;

/// Elements of one expression where a third is true, of the other where it is false.
#[derive(Clone, Debug)]
pub struct Select<M, L, R> {
    pub(crate) mask: M,
    pub(crate) left: L,
    pub(crate) right: R,
    /// Where it was written.
    pub(crate) place: &'static Location<'static>,
}

/// The kernel of a [`Select`].
#[derive(Clone, Debug, Wire)]
pub struct SelectKernel<M, L, R> {
    mask: M,
    left: L,
    right: R,
}

/// The dimension of two expressions together.
type Both<L, R> = <<L as Expression>::Dim as DimMax<<R as Expression>::Dim>>::Output;

impl<T, M, L, R> Expression for Select<M, L, R>
where
    T: Element,
    M: Expression<Item = bool>,
    L: Expression<Item = T>,
    R: Expression<Item = T>,
    L::Dim: DimMax<R::Dim>,
    M::Dim: DimMax<Both<L, R>>,
    <M::Dim as DimMax<Both<L, R>>>::Output: Dimension + 'static,
{
    type Item = T;
    type Dim = <M::Dim as DimMax<Both<L, R>>>::Output;
    type Kernel = SelectKernel<M::Kernel, L::Kernel, R::Kernel>;
    type Inputs<Tail> = M::Inputs<L::Inputs<R::Inputs<Tail>>>;

    fn shape(&self) -> Result<Self::Dim> {
        let (mask, left, right) = (self.mask.shape()?, self.left.shape()?, self.right.shape()?);
        let both: Both<L, R> = align::broadcast(self.place, left.slice(), right.slice())?;
        align::broadcast(self.place, mask.slice(), both.slice())
    }

    fn propose(&self, cutting: &mut Cutting) {
        self.mask.propose(cutting);
        self.left.propose(cutting);
        self.right.propose(cutting);
    }

    fn split<Tail>(
        self,
        cutting: &Cutting,
        tail: Tail,
    ) -> Result<(Self::Kernel, Self::Inputs<Tail>)> {
        let (right, inputs) = self.right.split(cutting, tail)?;
        let (left, inputs) = self.left.split(cutting, inputs)?;
        let (mask, inputs) = self.mask.split(cutting, inputs)?;
        Ok((SelectKernel { mask, left, right }, inputs))
    }
}

impl<T, M, L, R> Kernel for SelectKernel<M, L, R>
where
    T: Element,
    M: Kernel<Item = bool>,
    L: Kernel<Item = T>,
    R: Kernel<Item = T>,
{
    type Item = T;
}

impl<In, T, M, L, R> At<In> for SelectKernel<M, L, R>
where
    T: Element,
    M: At<In> + Kernel<Item = bool>,
    L: At<M::Rest> + Kernel<Item = T>,
    R: At<L::Rest> + Kernel<Item = T>,
{
    type Rest = R::Rest;

    #[inline(always)]
    fn at<'r>(&self, rows: &'r In, i: usize) -> (T, &'r R::Rest) {
        let (mask, rows) = self.mask.at(rows, i);
        let (left, rows) = self.left.at(rows, i);
        let (right, rest) = self.right.at(rows, i);
        (if mask { left } else { right }, rest)
    }
}
