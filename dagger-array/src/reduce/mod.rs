//! Reductions: of a whole array to a `Task`, or along an axis to an array.
//!
//! A [`Reducer`] says how; there is one file for each kind. `whole` and `axis` run them: every block is reduced by a task of its own
//! (together with the elementwise work before it, for lazy expressions), then the partial results are merged by a tree of tasks.
//! The tree and the order inside the blocks depend on shape and blocks alone, so a result is the same to the last bit
//! whatever the number of threads and workers.
//!
//! Inside a block, stretches of 256 elements are reduced in 16 independent lanes, which vectorise, and merged in
//! pairs, pairs of pairs and so on. The rounding error of a sum so grows with the logarithm of the number of elements.

mod arg;
mod arg_axis;
mod axis;
mod extremes;
mod fold;
mod logic;
mod moments;
mod norm;
mod operators;
mod pairwise;
mod product;
mod sum;
mod whole;

pub use arg::{ArgExtreme, FindExtreme, Found, Search};
pub use arg_axis::{ArgLane, Lane};
pub use extremes::{Extreme, Largest, Preference, Smallest};
pub use fold::{Fold, Reduce};
pub use logic::{All, Any};
pub use moments::{Mean, Moments, Spread, Variance};
pub use norm::Norm;
pub use pairwise::Pairwise;
pub use product::Product;
pub use sum::Sum;
pub use whole::Partial;

use dagger_core::kernel::Kernel;
use dagger_core::{Result, Wire};
use std::ops::Range;

use crate::element::{Captured, Element};
use crate::expression::Chunk;

/// How partial results become one.
pub trait Merge: Captured + Wire {
    /// A partial result.
    type Acc: Element;
    /// The result.
    type Out: Element;

    /// The partial result of no elements.
    fn empty(&self) -> Self::Acc;

    /// Both; the elements of `left` come before those of `right`.
    fn merge(&self, left: Self::Acc, right: Self::Acc) -> Self::Acc;

    /// The result, of `count` elements.
    ///
    /// # Errors
    /// There is none, as for the least of no elements.
    fn finish(&self, acc: Self::Acc, count: usize) -> Result<Self::Out>;
}

/// A reduction of elements of type `T`.
pub trait Reducer<T>: Merge {
    /// A partial result and the element after it.
    fn step(&self, acc: Self::Acc, item: T) -> Self::Acc;

    /// The kernel by which devices combine elements, if there is one.
    fn operator(&self) -> Option<Kernel> {
        None
    }

    /// The partial result of a short stretch of elements. Unless a reducer does otherwise, it may take them in any order.
    #[inline(always)]
    fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> Self::Acc {
        in_lanes(self, chunk, range)
    }
}

/// How many independent partial results a stretch has.
const LANES: usize = 16;

/// Reduces in lanes: lane `l` takes every 16th element from number `l` on.
#[inline(always)]
fn in_lanes<T, R, C>(reducer: &R, chunk: &C, range: Range<usize>) -> R::Acc
where
    R: Reducer<T>,
    C: Chunk<Item = T>,
{
    let Range { start, end } = range;
    let full = start + (end - start) / LANES * LANES;
    let mut rest = reducer.empty();
    for i in full..end {
        rest = reducer.step(rest, chunk.at(i));
    }
    if full == start {
        return rest;
    }
    let mut lanes: [R::Acc; LANES] = std::array::from_fn(|_| reducer.empty());
    let mut i = start;
    while i < full {
        for (lane, acc) in lanes.iter_mut().enumerate() {
            *acc = reducer.step(acc.clone(), chunk.at(i + lane));
        }
        i += LANES;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = reducer.merge(lanes[lane].clone(), lanes[lane + width].clone());
        }
        width /= 2;
    }
    reducer.merge(lanes[0].clone(), rest)
}

/// One after the other, for reducers that need the order.
#[inline(always)]
fn in_order<T, R, C>(reducer: &R, chunk: &C, range: Range<usize>) -> R::Acc
where
    R: Reducer<T>,
    C: Chunk<Item = T>,
{
    range.fold(reducer.empty(), |acc, i| reducer.step(acc, chunk.at(i)))
}
