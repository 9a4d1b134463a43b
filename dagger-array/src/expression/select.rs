//! Choosing between two expressions, element by element: the pairs of their elements, and of each pair one.

use dagger_core::kernel::LowerError;
use dagger_macros::Wire;

use super::{Binary, Function2, Lowered, Lowering};
use crate::element::Element;

/// Elements of one expression where a third is true, of the other where it is false.
pub type Select<M, L, R> = Binary<Choose, M, Binary<Pair, L, R>>;

/// Both elements.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Pair;

impl<A: Element, B: Element> Function2<A, B> for Pair {
    type Out = (A, B);

    #[inline(always)]
    fn call(&self, a: A, b: B) -> (A, B) {
        (a, b)
    }

    fn lower(&self, _: &mut Lowering, a: Lowered, b: Lowered) -> Result<Lowered, LowerError> {
        Ok(Lowered::Pair(Box::new((a, b))))
    }
}

/// The first of a pair where a mask is true, the second where it is false.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Choose;

impl<T: Element> Function2<bool, (T, T)> for Choose {
    type Out = T;

    #[inline(always)]
    fn call(&self, mask: bool, (yes, no): (T, T)) -> T {
        if mask { yes } else { no }
    }

    fn lower(&self, to: &mut Lowering, mask: Lowered, of: Lowered) -> Result<Lowered, LowerError> {
        to.choose(mask, of)
    }
}
