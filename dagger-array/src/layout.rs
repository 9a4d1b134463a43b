//! How an array is cut into blocks: the shape, and along every axis the places of the cuts.
//!
//! Blocks form a grid: every cut goes through the whole array. An axis of length 0 has one empty block, so a grid is never
//! empty and operations need no special case for it.

use dagger_core::wire::{Decoder, Encoder};
use dagger_core::{Error, Result, Wire};
use ndarray::{Dimension, Slice};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The cuts of one axis: 0, then where each block ends; the last is the axis's length.
pub(crate) type Cuts = Arc<[usize]>;

/// A shape and the cuts along its axes. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Layout<D> {
    shape: D,
    grid: D,
    cuts: Arc<[Cuts]>,
    /// The worker of every block, row by row, if that is fixed.
    owners: Option<Arc<[u32]>>,
}

/// Where a block lies in its array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<D> {
    /// The index of the block's first element.
    pub start: D,
    /// The block's shape.
    pub shape: D,
}

/// The lengths, or an index, along axes, as an argument of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axes<D>(pub(crate) D);

impl<D: Dimension> Layout<D> {
    /// The layout with these cuts, one list an axis.
    pub(crate) fn from_cuts(cuts: Arc<[Cuts]>) -> Self {
        let mut shape = D::zeros(cuts.len());
        let mut grid = D::zeros(cuts.len());
        for (axis, cuts) in cuts.iter().enumerate() {
            shape[axis] = cuts.last().copied().unwrap_or(0);
            grid[axis] = cuts.len() - 1;
        }
        Layout {
            shape,
            grid,
            cuts,
            owners: None,
        }
    }

    /// The same with its blocks on these workers.
    pub(crate) fn owned(mut self, owners: Option<Arc<[u32]>>) -> Self {
        debug_assert!(
            owners
                .as_ref()
                .is_none_or(|owners| owners.len() == self.blocks())
        );
        self.owners = owners;
        self
    }

    /// The same with every block on the worker that `owner` names, if this is to be fixed at all: if it is for the array it is made of.
    pub(crate) fn owned_as<S>(
        self,
        source: &Layout<S>,
        mut owner: impl FnMut(&D) -> Option<usize>,
    ) -> Self {
        if source.owners.is_none() {
            return self;
        }
        let mut owners = Vec::with_capacity(self.blocks());
        self.for_each(|position| {
            owners.push(
                owner(position)
                    .and_then(|owner| u32::try_from(owner).ok())
                    .unwrap_or(0),
            );
        });
        self.owned(Some(Arc::from(owners)))
    }

    /// Whether an array that lies as `other` says lies as this one says, too.
    pub(crate) fn cuts_as(&self, other: &Self) -> bool {
        self.cuts == other.cuts && (self.owners.is_none() || self.owners == other.owners)
    }

    /// All workers, if they are fixed.
    pub(crate) fn owners(&self) -> Option<&Arc<[u32]>> {
        self.owners.as_ref()
    }

    /// The worker that block number `number`, counted row by row, is kept on; `None` if the scheduler decides.
    pub fn owner(&self, number: usize) -> Option<usize> {
        self.owners.as_ref().map(|owners| owners[number] as usize)
    }

    /// Blocks of these edges; the last along an axis is smaller where they do not divide it. Edges are at least 1.
    pub(crate) fn regular(shape: &D, edges: &D) -> Self {
        let cuts = (0..shape.ndim()).map(|axis| regular_cuts(shape[axis], edges[axis]));
        Self::from_cuts(cuts.collect())
    }

    /// Everything in one block.
    pub(crate) fn whole(shape: &D) -> Self {
        let cuts = shape.slice().iter().map(|&length| whole_cuts(length));
        Self::from_cuts(cuts.collect())
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.shape.slice()
    }

    /// The shape as ndarray's type.
    pub fn raw_dim(&self) -> D {
        self.shape.clone()
    }

    /// How many blocks there are along each axis.
    pub fn grid(&self) -> &[usize] {
        self.grid.slice()
    }

    /// The grid's shape as ndarray's type.
    pub(crate) fn raw_grid(&self) -> D {
        self.grid.clone()
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.grid.size()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.shape.size()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.cuts.len()
    }

    /// The cuts along an axis: 0, then where each block ends.
    pub fn cuts(&self, axis: usize) -> &[usize] {
        &self.cuts[axis]
    }

    /// All cuts.
    pub(crate) fn all_cuts(&self) -> &Arc<[Cuts]> {
        &self.cuts
    }

    /// The elements along `axis` that the blocks of number `block` hold.
    pub fn range(&self, axis: usize, block: usize) -> Range<usize> {
        self.cuts[axis][block]..self.cuts[axis][block + 1]
    }

    /// Which block along `axis` holds element `index`, which must be less than the axis's length.
    pub(crate) fn block_of(&self, axis: usize, index: usize) -> usize {
        self.cuts[axis].partition_point(|&cut| cut <= index) - 1
    }

    /// Where the block at `position` of the grid lies.
    pub fn place(&self, position: &[usize]) -> Place<D> {
        let mut start = D::zeros(self.ndim());
        let mut shape = D::zeros(self.ndim());
        for (axis, &block) in position.iter().enumerate() {
            let range = self.range(axis, block);
            start[axis] = range.start;
            shape[axis] = range.len();
        }
        Place { start, shape }
    }

    /// The number of the block at `position`, counted row by row.
    pub(crate) fn number(&self, position: &[usize]) -> usize {
        let along = self.grid.slice().iter().zip(position);
        along.fold(0, |number, (&length, &at)| number * length + at)
    }

    /// The position of block number `number`.
    pub(crate) fn position(&self, mut number: usize) -> Vec<usize> {
        let mut position = vec![0; self.ndim()];
        for (at, &length) in position.iter_mut().zip(self.grid.slice()).rev() {
            *at = number % length.max(1);
            number /= length.max(1);
        }
        position
    }

    /// Calls `visit` for every position of the grid, row by row.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&D)) {
        for_each_index(&self.grid, &mut visit);
    }
}

impl<D: Dimension> Place<D> {
    /// The elements along `axis` that the block holds, for `slice_each_axis`.
    pub(crate) fn along(&self, axis: usize) -> Slice {
        Slice::from(self.start[axis]..self.start[axis] + self.shape[axis])
    }
}

impl<D: Dimension> Wire for Axes<D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        if D::NDIM.is_none() {
            out.count(self.0.ndim());
        }
        for length in self.0.slice() {
            out.count(*length);
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let axes = match D::NDIM {
            Some(axes) => axes,
            None => input.count()?,
        };
        input.expect(axes)?;
        let mut all = D::zeros(axes);
        for length in all.slice_mut() {
            *length = input.count()?;
        }
        Ok(Axes(all))
    }
}

impl<D: Dimension> Wire for Place<D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        // One byte for most numbers, so by hand and not as two arrays.
        out.count(self.start.ndim());
        for length in self.start.slice().iter().chain(self.shape.slice()) {
            out.count(*length);
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let axes = input.count()?;
        if D::NDIM.is_some_and(|wanted| wanted != axes) {
            return Err(Error::msg(format!("a place with {axes} axes")));
        }
        input.expect(axes)?;
        let (mut start, mut shape) = (D::zeros(axes), D::zeros(axes));
        for length in start.slice_mut().iter_mut().chain(shape.slice_mut()) {
            *length = input.count()?;
        }
        Ok(Place { start, shape })
    }
}

impl<D: Dimension> Wire for Layout<D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.count(self.cuts.len());
        for cuts in self.cuts.iter() {
            cuts.encode(out);
        }
        // Where blocks are is known to whoever spawns tasks; those have no use for it.
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let axes = input.count()?;
        if D::NDIM.is_some_and(|wanted| wanted != axes) {
            return Err(Error::msg(format!("a layout with {axes} axes")));
        }
        input.expect(axes)?;
        let mut all = Vec::with_capacity(axes);
        for _ in 0..axes {
            let cuts = Cuts::decode(input)?;
            if cuts.len() < 2 || cuts[0] != 0 || !cuts.is_sorted() {
                return Err(Error::msg(format!("{cuts:?} are no cuts of an axis")));
            }
            all.push(cuts);
        }
        Ok(Layout::from_cuts(Arc::from(all)))
    }
}

/// Calls `visit` for every index below `shape`, row by row.
pub(crate) fn for_each_index<D: Dimension>(shape: &D, visit: &mut impl FnMut(&D)) {
    let mut index = D::zeros(shape.ndim());
    for _ in 0..shape.size() {
        visit(&index);
        for axis in (0..shape.ndim()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
}

/// Cuts every `edge` elements.
pub(crate) fn regular_cuts(length: usize, edge: usize) -> Cuts {
    let blocks = length.div_ceil(edge).max(1);
    (0..=blocks).map(|cut| (cut * edge).min(length)).collect()
}

/// No cut at all.
pub(crate) fn whole_cuts(length: usize) -> Cuts {
    Arc::new([0, length])
}

impl<D: Dimension> fmt::Debug for Layout<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shape, grid) = (self.shape(), self.grid());
        write!(f, "shape {shape:?} in {grid:?} blocks")
    }
}
