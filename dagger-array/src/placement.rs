//! Which worker holds which block: `Blocks([256, 256]).on(Placement::block_cyclic([2, 2]))`.
//!
//! Without a placement the scheduler decides for every task, by what it has learned. With one, the blocks of an array are made, changed and
//! kept where it says, and what is made of the array follows: the block of a result is computed on the worker that holds most of what it is
//! made of. Only blocks that have to meet others are moved.

use dagger_core::{Options, Result, Scope, with_options, workers};
use ndarray::Dimension;
use std::sync::Arc;

use crate::blocks::{Auto, Blocking, Blocks};
use crate::layout::Layout;
use crate::mistake::mistake;

/// A rule by which blocks are given to workers. Workers are counted from 0; what a rule says is settled when an array is made, for as many
/// workers as there are.
///
/// ```
/// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix2;
/// let rows = Blocks([25, 100]).on(Placement::block_row());
/// let a = DArray::<f64, Ix2>::random([100, 100], rows);
/// let b = (&a * 2.0).eval(); // every block where that of `a` is
/// let c = b.rechunk(Blocks([100, 25]).on(Placement::cyclic(1))); // dealt out anew, by columns
/// assert_eq!(c.collect()?, a.collect()? * 2.0);
/// # Ok::<(), dagger::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement(Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// Where the scheduler puts each task.
    Scheduler,
    /// All on one.
    Worker(usize),
    /// Consecutive blocks along an axis together, as many for each worker.
    Bands(usize),
    /// In turn along an axis.
    Cyclic(usize),
    /// In turn along every axis of a grid of workers.
    Grid(Vec<usize>),
}

/// Blocks with a rule for which worker holds which: what [`Blocks::on`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<B> {
    blocks: B,
    placement: Placement,
}

impl Placement {
    /// The scheduler decides for every block; so it is without a placement.
    pub const fn scheduler() -> Self {
        Placement(Rule::Scheduler)
    }

    /// All blocks on one worker.
    pub const fn worker(worker: usize) -> Self {
        Placement(Rule::Worker(worker))
    }

    /// Whole rows of blocks, a band of consecutive ones for each worker.
    pub const fn block_row() -> Self {
        Placement::bands(0)
    }

    /// Whole columns of blocks, a band of consecutive ones for each worker.
    pub const fn block_column() -> Self {
        Placement::bands(1)
    }

    /// Bands of consecutive blocks along any axis.
    pub const fn bands(axis: usize) -> Self {
        Placement(Rule::Bands(axis))
    }

    /// The blocks along an axis in turn: 0 deals out rows of blocks, 1 columns.
    pub const fn cyclic(axis: usize) -> Self {
        Placement(Rule::Cyclic(axis))
    }

    /// In turn along every axis, over a grid of workers of this shape, as ScaLAPACK does it: block `(i, j)` belongs to the
    /// worker at `(i mod p, j mod q)` of a `p × q` grid, which are counted row by row.
    pub fn block_cyclic(grid: impl AsRef<[usize]>) -> Self {
        Placement(Rule::Grid(grid.as_ref().to_vec()))
    }

    /// The workers of the blocks of a layout, row by row; `None` if the scheduler decides, or there is but one worker.
    #[track_caller]
    fn owners<D: Dimension>(&self, layout: &Layout<D>) -> Result<Option<Arc<[u32]>>> {
        let (workers, grid) = (workers(), layout.grid());
        let axis_is_there = |axis: usize| match axis < grid.len() {
            true => Ok(()),
            false => Err(mistake(
                "placement",
                format!(
                    "{self:?} along axis {axis} of an array of shape {:?}",
                    layout.shape()
                ),
            )),
        };
        match &self.0 {
            Rule::Scheduler => {}
            Rule::Worker(worker) if *worker >= workers => {
                let what = format!("there is no worker {worker}, only {workers}");
                return Err(mistake("placement", what));
            }
            Rule::Worker(_) => {}
            Rule::Bands(axis) | Rule::Cyclic(axis) => axis_is_there(*axis)?,
            Rule::Grid(shape) => {
                let product = shape.iter().try_fold(1_usize, |all, &n| all.checked_mul(n));
                let fits = product.is_some_and(|product| (1..=workers.max(1)).contains(&product));
                // A program written for a grid runs in one process too.
                if shape.len() != grid.len() || (!fits && workers > 1) || shape.contains(&0) {
                    let what = format!(
                        "a grid {shape:?} of workers, of which there are {workers}, for an array of shape {:?}",
                        layout.shape()
                    );
                    return Err(mistake("placement", what));
                }
            }
        }
        if workers == 1 || self.0 == Rule::Scheduler {
            return Ok(None);
        }
        let mut owners = Vec::with_capacity(layout.blocks());
        layout.for_each(|position| {
            let owner = self.owner(position.slice(), grid, workers);
            owners.push(u32::try_from(owner).unwrap_or(0));
        });
        Ok(Some(Arc::from(owners)))
    }

    fn owner(&self, position: &[usize], grid: &[usize], workers: usize) -> usize {
        match &self.0 {
            Rule::Scheduler => 0,
            Rule::Worker(worker) => *worker,
            Rule::Bands(axis) => position[*axis] * workers / grid[*axis].max(1),
            Rule::Cyclic(axis) => position[*axis] % workers,
            Rule::Grid(shape) => position
                .iter()
                .zip(shape)
                .fold(0, |number, (at, length)| number * length + at % length),
        }
    }
}

impl<S> Blocks<S> {
    /// These blocks, given to workers by a rule.
    pub const fn on(self, placement: Placement) -> Placed<Self> {
        Placed {
            blocks: self,
            placement,
        }
    }
}

impl<D> Layout<D> {
    /// These blocks, given to workers by a rule.
    pub const fn on(self, placement: Placement) -> Placed<Self> {
        Placed {
            blocks: self,
            placement,
        }
    }
}

impl From<Placement> for Placed<Blocks<Auto>> {
    fn from(placement: Placement) -> Self {
        Blocks::auto().on(placement)
    }
}

impl<D: Dimension, B: Blocking<D>> Blocking<D> for Placed<B> {
    #[track_caller]
    fn layout(&self, shape: &D, bytes: usize) -> Result<Layout<D>> {
        let layout = self.blocks.layout(shape, bytes)?;
        let owners = self.placement.owners(&layout)?;
        Ok(layout.owned(owners))
    }
}

/// Spawns what `spawn` spawns on the worker that a placement names, or on any.
#[inline]
pub(crate) fn located<R>(owner: Option<usize>, spawn: impl FnOnce() -> R) -> R {
    match owner {
        None => spawn(),
        Some(worker) => with_options(Options::new().on(Scope::worker(worker)), spawn),
    }
}

/// The worker that holds most of what something is made of: `parts` are workers and how many elements each gives. The first of equals.
pub(crate) fn holding_most(parts: impl Iterator<Item = (usize, usize)>) -> Option<usize> {
    let mut sums: Vec<(usize, usize)> = Vec::new();
    for (worker, elements) in parts {
        match sums.iter_mut().find(|sum| sum.0 == worker) {
            Some(sum) => sum.1 += elements,
            None => sums.push((worker, elements)),
        }
    }
    let most = sums.iter().map(|sum| sum.1).max()?;
    sums.iter().find(|sum| sum.1 == most).map(|sum| sum.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt(placement: &Placement, grid: [usize; 2], workers: usize) -> Vec<usize> {
        let positions = (0..grid[0]).flat_map(|i| (0..grid[1]).map(move |j| [i, j]));
        positions
            .map(|position| placement.owner(&position, &grid, workers))
            .collect()
    }

    #[test]
    fn rules_deal_out_blocks() {
        let (rows, columns) = (Placement::block_row(), Placement::block_column());
        assert_eq!(dealt(&rows, [4, 2], 2), [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(dealt(&columns, [2, 3], 3), [0, 1, 2, 0, 1, 2]);
        assert_eq!(dealt(&rows, [2, 1], 3), [0, 1]);
        assert_eq!(dealt(&Placement::cyclic(0), [4, 1], 3), [0, 1, 2, 0]);
        assert_eq!(dealt(&Placement::cyclic(1), [1, 4], 3), [0, 1, 2, 0]);
        let grid = Placement::block_cyclic([2, 2]);
        assert_eq!(dealt(&grid, [3, 3], 4), [0, 1, 0, 2, 3, 2, 0, 1, 0]);
        assert_eq!(dealt(&Placement::worker(2), [1, 2], 3), [2, 2]);
    }

    #[test]
    fn most_wins_and_the_first_of_equals() {
        assert_eq!(holding_most([(1, 3), (2, 2), (2, 2)].into_iter()), Some(2));
        assert_eq!(holding_most([(1, 3), (2, 3)].into_iter()), Some(1));
        assert_eq!(holding_most(std::iter::empty()), None);
    }
}
