//! An array as part of an expression.

use dagger_core::Result;
use dagger_core::kernel::LowerError;
use dagger_macros::Wire;
use ndarray::Dimension;
use std::fmt;
use std::marker::PhantomData;

use super::{Aligned, At, Cutting, Expression, Kernel, Lowered, Lowering};
use crate::array::DArray;
use crate::element::Element;

/// An array.
pub struct Leaf<T, D>(pub(crate) DArray<T, D>);

impl<T, D> Clone for Leaf<T, D> {
    fn clone(&self) -> Self {
        Leaf(self.0.clone())
    }
}

/// The kernel of an array: its element.
#[derive(Wire)]
pub struct Element0<T>(PhantomData<fn() -> T>);

impl<T> Clone for Element0<T> {
    fn clone(&self) -> Self {
        Element0(PhantomData)
    }
}

impl<T> fmt::Debug for Element0<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("element")
    }
}

impl<T: Element, D: Dimension + 'static> Expression for Leaf<T, D> {
    type Item = T;
    type Dim = D;
    type Kernel = Element0<T>;
    type Inputs<Tail> = (Aligned<T, D>, Tail);

    fn shape(&self) -> Result<D> {
        self.0.sound()?;
        Ok(self.0.raw_dim())
    }

    fn propose(&self, cutting: &mut Cutting) {
        cutting.consider(self.0.layout());
    }

    fn kernel(&self) -> Element0<T> {
        Element0(PhantomData)
    }

    fn inputs<Tail>(self, cutting: &Cutting, tail: Tail) -> Result<(Aligned<T, D>, Tail)> {
        Ok((Aligned::new(self.0, cutting)?, tail))
    }
}

impl<T: Element> Kernel for Element0<T> {
    type Item = T;

    fn lower(&self, to: &mut Lowering) -> Result<Lowered, LowerError> {
        to.input::<T>()
    }
}

impl<'a, T: Element, Rest> At<(&'a [T], Rest)> for Element0<T> {
    type Rest = Rest;

    #[inline(always)]
    unsafe fn at<'r>(&self, rows: &'r (&'a [T], Rest), i: usize) -> (T, &'r Rest) {
        // SAFETY: the caller vouches for the length of the row.
        let element = unsafe { rows.0.get_unchecked(i) };
        (element.clone(), &rows.1)
    }
}
