//! Mean, variance and standard deviation.

use dagger_core::Result;
use dagger_macros::Wire;
use num_traits::Float;
use std::marker::PhantomData;
use std::ops::Range;

use super::pairwise::STRETCH;
use super::{Merge, Reducer};
use crate::element::Element;
use crate::expression::Chunk;

/// The arithmetic mean.
#[derive(Clone, Debug, Wire)]
pub struct Mean<T>(PhantomData<fn() -> T>);

impl<T> Mean<T> {
    pub(super) fn new() -> Self {
        Mean(PhantomData)
    }
}

impl<T: Element + Float> Merge for Mean<T> {
    type Acc = T;
    type Out = T;

    #[inline(always)]
    fn empty(&self) -> T {
        T::zero()
    }

    #[inline(always)]
    fn merge(&self, left: T, right: T) -> T {
        left + right
    }

    fn finish(&self, acc: T, count: usize) -> Result<T> {
        Ok(acc / number(count))
    }
}

impl<T: Element + Float> Reducer<T> for Mean<T> {
    #[inline(always)]
    fn step(&self, acc: T, item: T) -> T {
        acc + item
    }
}

/// Number, mean and sum of squared deviations of some elements.
#[derive(Clone, Copy, Debug, Wire)]
pub struct Moments<T> {
    count: usize,
    mean: T,
    squares: T,
}

impl<T: Float> Moments<T> {
    fn none() -> Self {
        Moments {
            count: 0,
            mean: T::zero(),
            squares: T::zero(),
        }
    }

    /// Both together (Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
    #[inline]
    fn with(self, other: Self) -> Self {
        if self.count == 0 {
            return other;
        }
        if other.count == 0 {
            return self;
        }
        let count = self.count + other.count;
        let apart = other.mean - self.mean;
        let share = number::<T>(other.count) / number(count);
        Moments {
            count,
            mean: self.mean + apart * share,
            squares: self.squares + other.squares + apart * apart * number(self.count) * share,
        }
    }

    /// And one element (Welford, "Note on a method for calculating corrected sums of squares and products", 1962).
    #[inline]
    fn and(self, item: T) -> Self {
        let count = self.count + 1;
        let before = item - self.mean;
        let mean = self.mean + before / number(count);
        Moments {
            count,
            mean,
            squares: self.squares + before * (item - mean),
        }
    }

    /// Of a stretch, in two passes over a copy of it: exacter and faster than one element after the other.
    #[inline(always)]
    fn of<C: Chunk<Item = T>>(chunk: &C, range: Range<usize>) -> Self {
        let count = range.len();
        let mut items = [T::zero(); STRETCH];
        let items = &mut items[..count];
        for (place, i) in items.iter_mut().zip(range) {
            *place = chunk.at(i);
        }
        let mean = sum(items, |item| item) / number(count);
        let squares = sum(items, |item| (item - mean) * (item - mean));
        Moments {
            count,
            mean,
            squares,
        }
    }

    fn variance(self, ddof: T) -> T {
        self.squares / (number::<T>(self.count) - ddof)
    }
}

/// The sum of a function of the items, in eight lanes.
#[inline(always)]
fn sum<T: Float>(items: &[T], of: impl Fn(T) -> T) -> T {
    let mut lanes = [T::zero(); 8];
    let (eights, rest) = items.as_chunks::<8>();
    for eight in eights {
        for (lane, &item) in lanes.iter_mut().zip(eight) {
            *lane = *lane + of(item);
        }
    }
    let rest = rest.iter().fold(T::zero(), |sum, &item| sum + of(item));
    lanes.into_iter().fold(rest, |sum, lane| sum + lane)
}

fn number<T: Float>(count: usize) -> T {
    T::from(count).unwrap_or_else(T::nan)
}

macro_rules! second_moments {
    ($($name:ident $doc:literal: $finish:expr)+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Wire)]
            pub struct $name<T> {
                /// What is taken from the number of elements.
                pub(super) ddof: T,
            }

            impl<T: Element + Float> Merge for $name<T> {
                type Acc = Moments<T>;
                type Out = T;

                fn empty(&self) -> Moments<T> {
                    Moments::none()
                }

                #[inline]
                fn merge(&self, left: Moments<T>, right: Moments<T>) -> Moments<T> {
                    left.with(right)
                }

                fn finish(&self, acc: Moments<T>, _count: usize) -> Result<T> {
                    let finish: fn(T) -> T = $finish;
                    Ok(finish(acc.variance(self.ddof)))
                }
            }

            impl<T: Element + Float> Reducer<T> for $name<T> {
                #[inline]
                fn step(&self, acc: Moments<T>, item: T) -> Moments<T> {
                    acc.and(item)
                }

                #[inline(always)]
                fn stretch<C: Chunk<Item = T>>(&self, chunk: &C, range: Range<usize>) -> Moments<T> {
                    Moments::of(chunk, range)
                }
            }
        )+
    };
}

second_moments! {
    Variance "The variance.": |variance| variance
    Spread "The standard deviation.": T::sqrt
}
