//! A row of results: the innermost loop, compiled for the widest vectors of the processor.
//!
//! The compiler makes vector code of the loop as it stands. What it may use, a program says when it is compiled, and that is commonly the least that
//! all processors have; so the loop is compiled a second time for what most have, chosen at run time. Both give the same bits: nothing
//! is reordered, and a fused multiplication and addition is only used where the program says `mul_add`.

use dagger_core::kernel::Neighbours;
use std::mem::MaybeUninit;
use std::ops::Range;

/// A place for a result.
pub(super) trait Slot<U> {
    /// Writes the result.
    fn put(&mut self, value: U);
}

impl<U> Slot<U> for U {
    #[inline(always)]
    fn put(&mut self, value: U) {
        *self = value;
    }
}

impl<U> Slot<U> for MaybeUninit<U> {
    #[inline(always)]
    fn put(&mut self, value: U) {
        self.write(value);
    }
}

/// How neighbours lie in memory, and how far they may be away.
#[derive(Clone, Copy)]
pub(super) struct Reach<const N: usize> {
    pub(super) strides: [isize; N],
    pub(super) radius: [usize; N],
}

/// Puts what `function` makes of the neighbours of each element `row` of `data` into `out`, which is as long.
pub(super) fn compute<T, U, S, F, const N: usize>(
    function: &F,
    data: &[T],
    row: Range<usize>,
    reach: Reach<N>,
    out: &mut [S],
) where
    S: Slot<U>,
    F: Fn(Neighbours<'_, T, N>) -> U,
{
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_wide_vectors(function, data, row, reach, out) };
        return;
    }
    plainly(function, data, row, reach, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_wide_vectors<T, U, S, F, const N: usize>(
    function: &F,
    data: &[T],
    row: Range<usize>,
    reach: Reach<N>,
    out: &mut [S],
) where
    S: Slot<U>,
    F: Fn(Neighbours<'_, T, N>) -> U,
{
    plainly(function, data, row, reach, out);
}

#[inline(always)]
fn plainly<T, U, S, F, const N: usize>(
    function: &F,
    data: &[T],
    row: Range<usize>,
    reach: Reach<N>,
    out: &mut [S],
) where
    S: Slot<U>,
    F: Fn(Neighbours<'_, T, N>) -> U,
{
    let out = &mut out[..row.len()];
    Neighbours::for_each(data, row, reach.strides, reach.radius, |i, neighbours| {
        out[i].put(function(neighbours));
    });
}
