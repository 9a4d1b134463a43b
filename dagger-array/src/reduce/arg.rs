//! Where the least and the greatest element are.

use dagger_core::wire::{Decoder, Encoder};
use dagger_core::{Error, Result, Wire};
use dagger_macros::Wire;
use ndarray::Dimension;
use std::marker::PhantomData;

use super::Merge;
use super::extremes::{Preference, extreme_of, is_nan};
use super::pairwise::STRETCH;
use crate::element::Element;
use crate::expression::{Chunk, Sink};
use crate::layout::{Axes, Place};

/// An element and its number in the whole array, counted row by row.
pub type Found<T> = Option<(T, usize)>;

/// The sink that finds the preferred element of a block.
#[derive(Clone, Debug, Wire)]
pub struct FindExtreme<P> {
    pub(super) preference: P,
    /// The shape of the whole array.
    pub(super) whole: Vec<usize>,
}

/// What has been seen of a block.
#[derive(Debug)]
pub struct Search<T> {
    best: Found<T>,
    seen: usize,
}

impl<T, P, D> Sink<T, D> for FindExtreme<P>
where
    T: Element + PartialOrd,
    P: Preference<T>,
    D: Dimension + 'static,
{
    type State = Search<T>;
    type Out = Found<T>;

    fn begin(&self, _: &Place<D>) -> Search<T> {
        Search {
            best: None,
            seen: 0,
        }
    }

    /// Looks for the value first, in stretches; for its place only where a stretch has a better one.
    #[inline]
    fn absorb<C: Chunk<Item = T>>(&self, state: &mut Search<T>, chunk: &C) {
        let mut start = 0;
        while start < chunk.len() {
            let end = (start + STRETCH).min(chunk.len());
            let extreme = extreme_of(&self.preference, chunk, start..end);
            let better = match &state.best {
                Some((best, _)) => self.preference.prefers(&extreme, best),
                None => true,
            };
            if better {
                let same = |item: T| item == extreme || (is_nan(&item) && is_nan(&extreme));
                let at = (start..end).find(|&i| same(chunk.at(i)));
                let at = at.expect("a stretch holds its own extreme");
                state.best = Some((extreme, state.seen + at));
            }
            start = end;
        }
        state.seen += chunk.len();
    }

    fn end(&self, state: Search<T>, place: &Place<D>) -> Found<T> {
        let (value, number) = state.best?;
        let mut index = index_of(number, &place.shape);
        index += &place.start;
        let axes = index.slice().iter().zip(&self.whole);
        let number = axes.fold(0, |number, (&at, &length)| number * length + at);
        Some((value, number))
    }
}

/// Chooses among the blocks' preferred elements.
#[derive(Clone, Debug)]
pub struct ArgExtreme<P, T, D> {
    preference: P,
    whole: Axes<D>,
    of: PhantomData<fn() -> T>,
}

impl<P, T, D> ArgExtreme<P, T, D> {
    pub(super) fn new(preference: P, whole: D) -> Self {
        ArgExtreme {
            preference,
            whole: Axes(whole),
            of: PhantomData,
        }
    }
}

impl<P: Wire, T, D: Dimension> Wire for ArgExtreme<P, T, D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.preference.encode(out);
        self.whole.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(ArgExtreme {
            preference: P::decode(input)?,
            whole: Axes::decode(input)?,
            of: PhantomData,
        })
    }
}

impl<P, T, D> Merge for ArgExtreme<P, T, D>
where
    T: Element,
    P: Preference<T>,
    D: Dimension + 'static,
    D::Pattern: Element,
{
    type Acc = Found<T>;
    type Out = D::Pattern;

    fn empty(&self) -> Found<T> {
        None
    }

    fn merge(&self, left: Found<T>, right: Found<T>) -> Found<T> {
        let (Some((a, a_number)), Some((b, b_number))) = (&left, &right) else {
            return left.or(right);
        };
        let right_wins = match (self.preference.prefers(a, b), self.preference.prefers(b, a)) {
            (false, false) => b_number < a_number,
            (_, right) => right,
        };
        if right_wins { right } else { left }
    }

    fn finish(&self, acc: Found<T>, _count: usize) -> Result<D::Pattern> {
        match acc {
            Some((_, number)) => Ok(index_of(number, &self.whole.0).into_pattern()),
            None => Err(Error::msg(format!(
                "`arg{}` of an array without elements",
                P::NAME
            ))),
        }
    }
}

/// The index of element `number`, counted row by row.
fn index_of<D: Dimension>(mut number: usize, shape: &D) -> D {
    let mut index = D::zeros(shape.ndim());
    for axis in (0..shape.ndim()).rev() {
        index[axis] = number % shape[axis];
        number /= shape[axis];
    }
    index
}
