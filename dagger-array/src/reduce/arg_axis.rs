//! Where along an axis the least and the greatest elements are.

use dagger_core::{Error, Result};
use dagger_macros::Wire;
use ndarray::{Array, Axis, Dimension, RemoveAxis};
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::Location;

use super::axis::reduce_axis;
use super::extremes::{Largest, Preference, Smallest};
use super::{Merge, Reducer, in_order};
use crate::array::DArray;
use crate::element::Element;
use crate::expression::{Chunk, Collect, Expression, Lazy, Run};

/// What has been seen of a lane: how many elements, and the preferred one with its number among them.
#[derive(Clone, Debug, Wire)]
pub struct Lane<T> {
    best: Option<(T, usize)>,
    seen: usize,
}

/// Finds the preferred element of a lane.
#[derive(Clone, Debug, Wire)]
pub struct ArgLane<P, T> {
    preference: P,
    of: PhantomData<fn() -> T>,
}

impl<P, T> ArgLane<P, T> {
    fn new(preference: P) -> Self {
        ArgLane {
            preference,
            of: PhantomData,
        }
    }
}

impl<T: Element, P: Preference<T>> Merge for ArgLane<P, T> {
    type Acc = Lane<T>;
    type Out = usize;

    fn empty(&self) -> Lane<T> {
        Lane {
            best: None,
            seen: 0,
        }
    }

    fn merge(&self, left: Lane<T>, right: Lane<T>) -> Lane<T> {
        let behind = right.best.map(|(value, at)| (value, left.seen + at));
        let best = match (left.best, behind) {
            (Some(a), Some(b)) => Some(match self.preference.prefers(&b.0, &a.0) {
                true => b,
                false => a,
            }),
            (one, other) => one.or(other),
        };
        Lane {
            best,
            seen: left.seen + right.seen,
        }
    }

    fn finish(&self, acc: Lane<T>, _count: usize) -> Result<usize> {
        match acc.best {
            Some((_, at)) => Ok(at),
            None => Err(Error::msg(format!(
                "`arg{}_axis` along an axis without elements",
                P::NAME
            ))),
        }
    }
}

impl<T: Element, P: Preference<T>> Reducer<T> for ArgLane<P, T> {
    #[inline(always)]
    fn step(&self, acc: Lane<T>, item: T) -> Lane<T> {
        let better = match &acc.best {
            Some((best, _)) => self.preference.prefers(&item, best),
            None => true,
        };
        Lane {
            best: if better {
                Some((item, acc.seen))
            } else {
                acc.best
            },
            seen: acc.seen + 1,
        }
    }

    /// Numbers count, so elements are taken in their order.
    #[inline(always)]
    fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> Lane<T> {
        in_order(self, chunk, range)
    }
}

impl<T: Element + PartialOrd, D: RemoveAxis + 'static> DArray<T, D>
where
    D::Smaller: 'static,
{
    /// Where along an axis the least elements are: of equals the first, of the first NaN if there is one. Along an axis of length 0 there are
    /// none: the blocks fail.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Axis;
    /// let a = DArray::distribute(&ndarray::arr2(&[[3, 1], [2, 4]]), Blocks([1, 2]));
    /// assert_eq!(a.argmin_axis(Axis(0)).collect()?, ndarray::arr1(&[1, 0]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn argmin_axis(&self, axis: Axis) -> DArray<usize, D::Smaller> {
        let reducer = ArgLane::new(Smallest);
        DArray::attempt(reduce_axis(self, axis, reducer, Location::caller()))
    }

    /// Where along an axis the greatest elements are, as for [`argmin_axis`](Self::argmin_axis).
    #[track_caller]
    pub fn argmax_axis(&self, axis: Axis) -> DArray<usize, D::Smaller> {
        let reducer = ArgLane::new(Largest);
        DArray::attempt(reduce_axis(self, axis, reducer, Location::caller()))
    }
}

impl<T, D, E> Lazy<T, D, E>
where
    T: Element + PartialOrd,
    D: RemoveAxis + 'static,
    D::Smaller: Dimension + 'static,
    E: Expression<Item = T, Dim = D> + Run<Collect, T, D, Array<T, D>>,
{
    /// See [`DArray::argmin_axis`].
    #[track_caller]
    pub fn argmin_axis(&self, axis: Axis) -> DArray<usize, D::Smaller> {
        self.clone().eval().argmin_axis(axis)
    }

    /// See [`DArray::argmax_axis`].
    #[track_caller]
    pub fn argmax_axis(&self, axis: Axis) -> DArray<usize, D::Smaller> {
        self.clone().eval().argmax_axis(axis)
    }
}
