//! Merging partial results in pairs of equal size, as they come.

use std::ops::Range;

use super::{Merge, Reducer};
use crate::expression::Chunk;

/// How many elements are reduced before the result is merged with others.
pub(super) const STRETCH: usize = 256;

/// Partial results of 2ⁿ stretches each, in falling order of n: a binary counter.
#[derive(Clone, Debug)]
pub struct Pairwise<A> {
    partial: Vec<(u32, A)>,
}

impl<A: Clone> Pairwise<A> {
    pub(super) fn new() -> Self {
        Pairwise {
            partial: Vec::with_capacity(8),
        }
    }

    /// The partial result of the next stretch.
    #[inline]
    pub(super) fn push<M: Merge<Acc = A>>(&mut self, merge: &M, mut acc: A) {
        let mut level = 0;
        while let Some((_, left)) = self.partial.pop_if(|(top, _)| *top == level) {
            acc = merge.merge(left, acc);
            level += 1;
        }
        self.partial.push((level, acc));
    }

    /// All of them together.
    pub(super) fn total<M: Merge<Acc = A>>(mut self, merge: &M) -> A {
        let mut acc = match self.partial.pop() {
            Some((_, last)) => last,
            None => return merge.empty(),
        };
        while let Some((_, left)) = self.partial.pop() {
            acc = merge.merge(left, acc);
        }
        acc
    }
}

/// All elements of a chunk.
#[inline(always)]
pub(super) fn absorb<T, R, C>(reducer: &R, state: &mut Pairwise<R::Acc>, chunk: &C)
where
    R: Reducer<T>,
    C: Chunk<Item = T>,
{
    let mut start = 0;
    while start < chunk.len() {
        let end = (start + STRETCH).min(chunk.len());
        state.push(reducer, reducer.stretch(chunk, Range { start, end }));
        start = end;
    }
}

/// Merges a list of partial results, halves first.
pub(super) fn merge_all<M: Merge>(merge: &M, partial: &[&M::Acc]) -> M::Acc {
    match partial {
        [] => merge.empty(),
        [one] => (*one).clone(),
        _ => {
            let (left, right) = partial.split_at(partial.len().div_ceil(2));
            merge.merge(merge_all(merge, left), merge_all(merge, right))
        }
    }
}
