//! The least and the greatest element.

use dagger_core::kernel::Kernel;
use dagger_core::{Error, Result, Wire};
use dagger_macros::Wire;
use std::marker::PhantomData;
use std::ops::Range;

use super::{LANES, Merge, Reducer, operators};
use crate::element::{Captured, Element};
use crate::expression::Chunk;

/// Which of two elements is wanted.
pub trait Preference<T>: Captured + Wire {
    /// What it is called in errors.
    const NAME: &'static str;

    /// The same for devices.
    fn operator() -> Option<Kernel>;

    /// Whether `a` is wanted more than `b`. What is not equal to itself (NaN) is wanted most.
    fn prefers(&self, a: &T, b: &T) -> bool;
}

/// The least.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Smallest;

/// The greatest.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Largest;

/// Whether it is a NaN: not equal to itself.
#[inline(always)]
#[allow(clippy::eq_op)]
pub(super) fn is_nan<T: PartialOrd>(a: &T) -> bool {
    a != a
}

impl<T: PartialOrd + 'static> Preference<T> for Smallest {
    const NAME: &'static str = "min";

    fn operator() -> Option<Kernel> {
        operators::min::<T>()
    }

    #[inline(always)]
    fn prefers(&self, a: &T, b: &T) -> bool {
        (a < b) | (is_nan(a) & !is_nan(b))
    }
}

impl<T: PartialOrd + 'static> Preference<T> for Largest {
    const NAME: &'static str = "max";

    fn operator() -> Option<Kernel> {
        operators::max::<T>()
    }

    #[inline(always)]
    fn prefers(&self, a: &T, b: &T) -> bool {
        (a > b) | (is_nan(a) & !is_nan(b))
    }
}

/// The element that is preferred to all others.
#[derive(Clone, Debug, Wire)]
pub struct Extreme<P, T> {
    preference: P,
    of: PhantomData<fn() -> T>,
}

impl<P, T> Extreme<P, T> {
    pub(super) fn new(preference: P) -> Self {
        Extreme {
            preference,
            of: PhantomData,
        }
    }
}

/// The preferred one of two elements, the first of equals.
#[inline(always)]
pub(super) fn preferred<T, P: Preference<T>>(preference: &P, a: T, b: T) -> T {
    if preference.prefers(&b, &a) { b } else { a }
}

/// The preferred element of a stretch that is not empty.
#[inline(always)]
pub(super) fn extreme_of<T, P, C>(preference: &P, chunk: &C, range: Range<usize>) -> T
where
    T: Element,
    P: Preference<T>,
    C: Chunk<Item = T>,
{
    let Range { start, end } = range;
    let full = start + (end - start) / LANES * LANES;
    if full == start {
        let first = chunk.at(start);
        return (start + 1..end).fold(first, |acc, i| preferred(preference, acc, chunk.at(i)));
    }
    let mut lanes: [T; LANES] = std::array::from_fn(|lane| chunk.at(start + lane));
    let mut i = start + LANES;
    while i < full {
        for (lane, acc) in lanes.iter_mut().enumerate() {
            *acc = preferred(preference, acc.clone(), chunk.at(i + lane));
        }
        i += LANES;
    }
    let [first, others @ ..] = lanes;
    let rest = (full..end).map(|i| chunk.at(i));
    others
        .into_iter()
        .chain(rest)
        .fold(first, |acc, item| preferred(preference, acc, item))
}

impl<T: Element, P: Preference<T>> Merge for Extreme<P, T> {
    type Acc = Option<T>;
    type Out = T;

    fn empty(&self) -> Option<T> {
        None
    }

    #[inline(always)]
    fn merge(&self, left: Option<T>, right: Option<T>) -> Option<T> {
        match (left, right) {
            (Some(left), Some(right)) => Some(preferred(&self.preference, left, right)),
            (left, right) => left.or(right),
        }
    }

    fn finish(&self, acc: Option<T>, _count: usize) -> Result<T> {
        acc.ok_or_else(|| Error::msg(format!("`{}` of an array without elements", P::NAME)))
    }
}

impl<T: Element, P: Preference<T>> Reducer<T> for Extreme<P, T> {
    fn operator(&self) -> Option<Kernel> {
        P::operator()
    }

    #[inline(always)]
    fn step(&self, acc: Option<T>, item: T) -> Option<T> {
        Some(match acc {
            Some(acc) => preferred(&self.preference, acc, item),
            None => item,
        })
    }

    #[inline(always)]
    fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> Option<T> {
        match range.is_empty() {
            true => None,
            false => Some(extreme_of(&self.preference, chunk, range)),
        }
    }
}
