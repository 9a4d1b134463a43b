//! One pass over one block: the elements that need no other block, then the rest, with the halos.

use dagger_core::Wire;
use dagger_core::kernel::Neighbours;
use dagger_core::wire::Code;
use dagger_macros::Wire;
use ndarray::{Array, Dim, Dimension};
use std::mem::MaybeUninit;

use super::boundary::Boundary;
use super::depth;
use super::region::Region;
use super::rows::{self, Slot};
use super::wavefront::{Output, Piece, Rule, Wavefront};
use crate::element::{Captured, Element};
use crate::memory;

/// What a pass computes: a number of sweeps of one function, of which the last may give another type.
pub(crate) trait Sweep<T, U, const N: usize>: Captured + Wire {
    /// An element after one more sweep, where it is not the last.
    fn step(&self, neighbours: Neighbours<'_, T, N>) -> T;

    /// An element after the last sweep.
    fn last(&self, neighbours: Neighbours<'_, T, N>) -> U;
}

/// One sweep.
#[derive(Clone, Copy, Debug, Wire)]
pub(crate) struct Once<F>(pub(super) F);

/// Any number of sweeps.
#[derive(Clone, Copy, Debug, Wire)]
pub(crate) struct Repeated<F>(pub(super) F);

impl<T, U, F, const N: usize> Sweep<T, U, N> for Once<Code<F>>
where
    T: Element,
    F: Fn(Neighbours<'_, T, N>) -> U + Captured,
{
    /// Never called: between the array and the result of one sweep there is nothing.
    fn step(&self, neighbours: Neighbours<'_, T, N>) -> T {
        neighbours[[0; N]].clone()
    }

    #[inline(always)]
    fn last(&self, neighbours: Neighbours<'_, T, N>) -> U {
        (self.0.0)(neighbours)
    }
}

impl<T, F, const N: usize> Sweep<T, T, N> for Repeated<Code<F>>
where
    F: Fn(Neighbours<'_, T, N>) -> T + Captured,
{
    #[inline(always)]
    fn step(&self, neighbours: Neighbours<'_, T, N>) -> T {
        (self.0.0)(neighbours)
    }

    #[inline(always)]
    fn last(&self, neighbours: Neighbours<'_, T, N>) -> T {
        (self.0.0)(neighbours)
    }
}

/// What tasks of one pass are told.
#[derive(Clone, Debug, Wire)]
pub(crate) struct Pass<T> {
    /// The array's shape.
    pub(super) shape: Vec<usize>,
    pub(super) radius: Vec<usize>,
    pub(super) boundary: Vec<Boundary<T>>,
    pub(super) sweeps: usize,
    /// The block's first element.
    pub(super) start: Vec<usize>,
}

/// The array's axes, with axes of length 1 in front where it has less than two.
fn axes<X: Clone>(own: impl ExactSizeIterator<Item = X>, front: X) -> Vec<X> {
    let missing = 2_usize.saturating_sub(own.len());
    std::iter::repeat_n(front, missing).chain(own).collect()
}

impl<T: Clone> Pass<T> {
    fn rule(&self) -> Rule<T> {
        let signed =
            |list: &[usize], front| axes(list.iter().map(|length| length.cast_signed()), front);
        Rule {
            shape: signed(&self.shape, 1),
            radius: signed(&self.radius, 0),
            boundary: axes(self.boundary.iter().cloned(), Boundary::Clamp),
            sweeps: self.sweeps,
        }
    }

    /// The box of elements that begins at `start` of the array.
    fn region(&self, start: &[isize], shape: &[usize]) -> Region {
        Region::at(
            &axes(start.iter().copied(), 0),
            &axes(shape.iter().copied(), 1),
        )
    }

    fn block(&self, shape: &[usize]) -> Region {
        let start: Vec<isize> = self.start.iter().map(|at| at.cast_signed()).collect();
        self.region(&start, shape)
    }
}

impl<T: Element> Pass<T> {
    /// How many sweeps a pass should have, of `count`, over blocks of this shape.
    pub(super) fn depth(&self, block: &[usize], count: usize) -> usize {
        let block = axes(block.iter().copied(), 1);
        depth::sweeps(&self.rule(), &block, size_of::<T>(), count)
    }
}

impl<T> Rule<T> {
    /// The part of a block that needs no other block.
    fn own(&self, block: &Region) -> Region {
        let spans = block.0.iter().zip(self.margin()).enumerate();
        Region(
            spans
                .map(|(axis, (span, margin))| {
                    let wraps = self.boundary[axis].wraps();
                    let low = if wraps || span.start > 0 { margin } else { 0 };
                    let high = if wraps || span.end < self.shape[axis] {
                        margin
                    } else {
                        0
                    };
                    let start = (span.start + low).min(span.end);
                    start..(span.end - high).max(start)
                })
                .collect(),
        )
    }
}

/// Writes all elements of `targets`, parts of the block, as they are at the last level. The first piece is the block as it is.
fn compute<T, U, S, K, const N: usize>(
    rule: &Rule<T>,
    pieces: &[Piece<'_, T>],
    targets: &[Region],
    kernel: &K,
    out: &mut Output<'_, S>,
) where
    T: Element,
    S: Slot<U>,
    K: Sweep<T, U, N>,
{
    let step = |neighbours: Neighbours<'_, T, N>| kernel.step(neighbours);
    let last = |neighbours: Neighbours<'_, T, N>| kernel.last(neighbours);
    let mut slabs = Vec::new();
    for target in targets {
        let mut rest = vec![target.clone()];
        if rule.sweeps == 1 {
            // Elements whose neighbours are all in the block are computed from it as it lies there.
            let radius: Vec<isize> = rule.radius.iter().map(|radius| -radius).collect();
            let direct = pieces[0].region.expanded(&radius).intersection(target);
            rest = target.without(&direct);
            from_block(rule, &pieces[0], &direct, &last, out);
        }
        for part in &rest {
            for tile in part.tiles(&depth::tile(rule, &part.lengths(), size_of::<T>())) {
                Wavefront::new(rule, pieces, &tile, &mut slabs).run(&step, &last, out);
            }
        }
    }
}

/// One sweep of elements whose neighbours are all in a piece.
fn from_block<T, U, S, F, const N: usize>(
    rule: &Rule<T>,
    piece: &Piece<'_, T>,
    target: &Region,
    function: &F,
    out: &mut Output<'_, S>,
) where
    S: Slot<U>,
    F: Fn(Neighbours<'_, T, N>) -> U,
{
    let reach = rule.reach(&piece.strides);
    let length = target.0[target.0.len() - 1].len();
    target.for_each_row(|first| {
        let centre = piece.place(first);
        let out = out.row(first, length);
        rows::compute(function, piece.data, centre..centre + length, reach, out);
    });
}

/// The block, and the parts of others round it.
fn pieces<'a, T: Clone, const N: usize>(
    pass: &Pass<T>,
    block: &'a Array<T, Dim<[usize; N]>>,
    strips: &[&'a Array<T, Dim<[usize; N]>>],
    starts: &[Vec<isize>],
) -> Vec<Piece<'a, T>>
where
    Dim<[usize; N]>: Dimension,
{
    let own = Piece::new(pass.block(block.shape()), in_order(block));
    let others = strips
        .iter()
        .zip(starts)
        .map(|(strip, start)| Piece::new(pass.region(start, strip.shape()), in_order(strip)));
    std::iter::once(own).chain(others).collect()
}

/// The elements of a block. Blocks are in row-major order: `from_blocks` sees to those of users.
fn in_order<T, D: Dimension>(block: &Array<T, D>) -> &[T] {
    block.as_slice().expect("blocks are in row-major order")
}

/// The whole block after the pass.
pub(super) fn whole<T, U, K, const N: usize>(
    kernel: &K,
    pass: &Pass<T>,
    block: &Array<T, Dim<[usize; N]>>,
    strips: &[&Array<T, Dim<[usize; N]>>],
    starts: &[Vec<isize>],
) -> Array<U, Dim<[usize; N]>>
where
    T: Element,
    U: Element,
    K: Sweep<T, U, N>,
    Dim<[usize; N]>: Dimension,
{
    let (rule, pieces) = (pass.rule(), pieces(pass, block, strips, starts));
    let region = pieces[0].region.clone();
    // SAFETY: `compute` writes all elements of its targets, here all of the block.
    unsafe {
        made(
            block,
            region.clone(),
            |out: &mut Output<'_, MaybeUninit<U>>| {
                compute::<T, U, _, K, N>(&rule, &pieces, &[region], kernel, out);
            },
        )
    }
}

/// The block after the pass as far as it needs no other block; anything stands in the rest. There must be such a part (`has_interior`).
pub(super) fn interior<T, U, K, const N: usize>(
    kernel: &K,
    pass: &Pass<T>,
    block: &Array<T, Dim<[usize; N]>>,
) -> Array<U, Dim<[usize; N]>>
where
    T: Element,
    U: Element,
    K: Sweep<T, U, N>,
    Dim<[usize; N]>: Dimension,
{
    let (rule, pieces) = (pass.rule(), pieces(pass, block, &[], &[]));
    let whole = pieces[0].region.clone();
    let own = rule.own(&whole);
    assert!(!own.is_empty(), "the block has an interior");
    let write = |out: &mut Output<'_, MaybeUninit<U>>| {
        compute::<T, U, _, K, N>(&rule, &pieces, std::slice::from_ref(&own), kernel, out);
        // Something has to stand in the rest until it is computed.
        let first: Vec<isize> = own.0.iter().map(|span| span.start).collect();
        // SAFETY: it is an element of `own`, all of which has been written just now.
        let any = unsafe { out.row(&first, 1)[0].assume_init_ref() }.clone();
        for part in whole.without(&own) {
            let length = part.0[part.0.len() - 1].len();
            part.for_each_row(|first| {
                for place in out.row(first, length) {
                    place.write(any.clone());
                }
            });
        }
    };
    // SAFETY: `compute` writes all elements of `own`, and the loops all that is left of the block without it.
    unsafe { made(block, whole.clone(), write) }
}

/// Computes what `interior` has left.
pub(super) fn rim<T, U, K, const N: usize>(
    kernel: &K,
    pass: &Pass<T>,
    interior: &mut Array<U, Dim<[usize; N]>>,
    block: &Array<T, Dim<[usize; N]>>,
    strips: &[&Array<T, Dim<[usize; N]>>],
    starts: &[Vec<isize>],
) where
    T: Element,
    U: Element,
    K: Sweep<T, U, N>,
    Dim<[usize; N]>: Dimension,
{
    let (rule, pieces) = (pass.rule(), pieces(pass, block, strips, starts));
    let region = pieces[0].region.clone();
    let targets = region.without(&rule.own(&region));
    let data = interior
        .as_slice_mut()
        .expect("blocks are in row-major order");
    let mut out = Output::new(region, data);
    compute::<T, U, _, K, N>(&rule, &pieces, &targets, kernel, &mut out);
}

/// Whether some of a block needs no other block, but not all of it does.
pub(super) fn has_interior<T: Clone>(pass: &Pass<T>, shape: &[usize]) -> bool {
    let (rule, block) = (pass.rule(), pass.block(shape));
    let own = rule.own(&block);
    !own.is_empty() && own != block
}

/// A block of the shape of another one.
///
/// # Safety
/// `write` must write every element, unless it panics.
unsafe fn made<T, U, D: Dimension>(
    like: &Array<T, D>,
    region: Region,
    write: impl FnOnce(&mut Output<'_, MaybeUninit<U>>),
) -> Array<U, D> {
    let mut elements: Vec<U> = memory::room(like.len());
    let data = &mut elements.spare_capacity_mut()[..like.len()];
    write(&mut Output::new(region, data));
    // SAFETY: `write` has written all of them.
    unsafe { elements.set_len(like.len()) };
    Array::from_shape_vec(like.raw_dim(), elements).expect("as many elements as the other block")
}
