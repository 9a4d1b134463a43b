//! Choosing between two expressions, element by element: the pairs of their elements, and of each pair one.

use dagger_macros::Wire;

use super::{Binary, Function2};
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
}
