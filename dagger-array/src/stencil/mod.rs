//! Stencils: every element from the elements round it, once or many times.
//!
//! ```
//! use dagger::array::*;
//! use dagger::prelude::*;
//! use ndarray::Ix2;
//!
//! // Heat on a plate: its edges are kept at 0.
//! let mut plate = DArray::<f64, Ix2>::zeros([100, 100], Blocks([32, 32]));
//! plate.set([50, 50], 1.0)?;
//! let warm = plate.sweeps(500, [1, 1], Boundary::Constant(0.0), |u| {
//!     u[[0, 0]] + 0.2 * (u[[-1, 0]] + u[[1, 0]] + u[[0, -1]] + u[[0, 1]] - 4.0 * u[[0, 0]])
//! });
//! assert!(warm.sum().fetch()? < 1.0);
//! # Ok::<(), dagger::Error>(())
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | `boundary` | what is read where there is no element |
//! | `halo` | which strips of which blocks a block needs |
//! | `block` | a pass over one block: the interior, and the rim with the halos |
//! | `wavefront` | several sweeps in one pass over memory |
//! | `rows` | the innermost loop |
//! | `depth` | how many sweeps a pass has |
//! | `region` | boxes of elements |
//!
//! The function is a closure or a [`#[kernel(stencil)]`](dagger_macros::kernel): both are an `Fn` of [`Neighbours`], and of the latter
//! [`Kernel::of`] knows the source for a device.

mod block;
mod boundary;
mod depth;
mod halo;
mod region;
mod rows;
#[cfg(test)]
mod tests;
mod wavefront;

pub use boundary::{Boundaries, Boundary};

use block::{Once, Pass, Repeated, Sweep};
use dagger_core::kernel::{Form, Kernel, Neighbours};
use dagger_core::wire::Code;
use dagger_core::{Result, wait_all, workers};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dim, Dimension};

use crate::array::{Block, DArray};
use crate::element::{Captured, Element};
use crate::layout::Layout;
use crate::mistake::mistake;

/// How many passes may be spawned ahead of those that are done. A pass more waits, so that a long series takes no more memory than a short one.
const AHEAD: usize = 64;

impl<T: Element, const N: usize> DArray<T, Dim<[usize; N]>>
where
    Dim<[usize; N]>: Dimension,
{
    /// Every element becomes what `function` makes of it and of its neighbours, at most `radius` away along each axis.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix1;
    /// let steps = DArray::<i64, Ix1>::from_fn([5], Blocks([2]), |i| (i * i) as i64);
    /// let slope = steps.stencil([1], Boundary::Clamp, |u| (u[1] - u[-1]) as f64 / 2.0);
    /// assert_eq!(slope.collect()?, ndarray::arr1(&[0.5, 2.0, 4.0, 6.0, 3.5]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    ///
    /// Of other blocks only strips as wide as the radius are moved, and the interior of a block is computed while they are on their way
    /// from other workers. For several fields let elements be tuples or structs.
    ///
    /// # Errors
    /// `function` is a `#[kernel]` whose own radius is larger; the array has failed. A closure that reads beyond the radius panics, which fails
    /// its block.
    #[track_caller]
    pub fn stencil<U, F>(
        &self,
        radius: [usize; N],
        boundary: impl Into<Boundaries<T, N>>,
        function: F,
    ) -> DArray<U, Dim<[usize; N]>>
    where
        U: Element,
        F: Fn(Neighbours<'_, T, N>) -> U + Captured,
    {
        if let Err(error) = fits("stencil", &function, &radius) {
            return DArray::failed(self.parts().err().unwrap_or(error));
        }
        let parts = self.parts().map(|blocks| {
            let pass = first_pass(self.layout(), radius, boundary.into(), 1);
            pass_over(
                self.layout(),
                blocks,
                &pass,
                &Once(Code(function)),
                workers() > 1,
            )
        });
        DArray::attempt(parts.map(|blocks| (self.layout().clone(), blocks)))
    }

    /// The stencil `count` times over, each sweep over the results of the one before.
    ///
    /// Results are the same to the last bit as those of `count` calls of [`stencil`](Self::stencil), but several sweeps are done in one
    /// pass over memory, with halos that are wider by as much.
    ///
    /// # Errors
    /// As for [`stencil`](Self::stencil).
    #[track_caller]
    pub fn sweeps<F>(
        &self,
        count: usize,
        radius: [usize; N],
        boundary: impl Into<Boundaries<T, N>>,
        function: F,
    ) -> DArray<T, Dim<[usize; N]>>
    where
        F: Fn(Neighbours<'_, T, N>) -> T + Captured,
    {
        if let Err(error) = fits("sweeps", &function, &radius) {
            return DArray::failed(self.parts().err().unwrap_or(error));
        }
        let layout = self.layout();
        let parts = self.parts().map(|blocks| {
            let mut pass = first_pass(layout, radius, boundary.into(), count);
            let (kernel, mut left) = (Repeated(Code(function)), count);
            let mut blocks = blocks.to_vec();
            let apart = workers() > 1;
            let mut under_way = std::collections::VecDeque::new();
            while left > 0 {
                pass.sweeps = pass.sweeps.min(left);
                left -= pass.sweeps;
                blocks = pass_over(layout, &blocks, &pass, &kernel, apart);
                under_way.push_back(blocks.clone());
                if under_way.len() > AHEAD {
                    // Whether it failed, the results say.
                    let _ = under_way.pop_front().map(|done| wait_all(&done));
                }
            }
            blocks
        });
        DArray::attempt(parts.map(|blocks| (layout.clone(), blocks)))
    }
}

/// A kernel says its own radius: that of the call must not be less.
#[track_caller]
fn fits<F: Clone + 'static>(operation: &str, function: &F, radius: &[usize]) -> Result<()> {
    let Some(kernel) = Kernel::of(function) else {
        return Ok(());
    };
    let Form::Stencil { radius: own } = kernel.definition().form else {
        return Ok(());
    };
    if own.iter().zip(radius).all(|(own, radius)| own <= radius) {
        return Ok(());
    }
    let name = kernel.definition().name;
    let what = format!(
        "the kernel `{name}` reads neighbours up to {own:?} away, the radius is {radius:?}"
    );
    Err(mistake(operation, what))
}

/// What all passes have in common, with as many sweeps a pass as are best.
fn first_pass<T: Element, const N: usize>(
    layout: &Layout<Dim<[usize; N]>>,
    radius: [usize; N],
    boundary: Boundaries<T, N>,
    count: usize,
) -> Pass<T>
where
    Dim<[usize; N]>: Dimension,
{
    let mut pass = Pass {
        shape: layout.shape().to_vec(),
        radius: radius.to_vec(),
        boundary: boundary.0.to_vec(),
        sweeps: 1,
        start: vec![0; N],
    };
    let along = layout.shape().iter().zip(layout.grid());
    let typical: Vec<usize> = along
        .map(|(length, blocks)| length.div_ceil(*blocks))
        .collect();
    if count > 1 && !layout.is_empty() {
        pass.sweeps = pass.depth(&typical, count);
    }
    pass
}

/// One pass over all blocks; `apart`: the interior of a block is a task of its own, which need not wait for others' halos.
fn pass_over<T, U, K, const N: usize>(
    layout: &Layout<Dim<[usize; N]>>,
    blocks: &[Block<T, Dim<[usize; N]>>],
    pass: &Pass<T>,
    kernel: &K,
    apart: bool,
) -> Vec<Block<U, Dim<[usize; N]>>>
where
    T: Element,
    U: Element,
    K: Sweep<T, U, N>,
    Dim<[usize; N]>: Dimension,
{
    let mut made = Vec::with_capacity(blocks.len());
    layout.for_each(|position| {
        let place = layout.place(position.slice());
        let mut pass = pass.clone();
        pass.start = place.start.slice().to_vec();
        let block = &blocks[made.len()];
        let kernel = kernel.clone();
        if place.shape.size() == 0 {
            made.push(spawn!(nothing(block)));
            return;
        }
        let (strips, starts) = halo::strips(&pass, layout, position.slice(), blocks);
        made.push(
            if apart && block::has_interior(&pass, place.shape.slice()) {
                let interior = {
                    let (kernel, pass) = (kernel.clone(), pass.clone());
                    spawn!(stencil_interior(kernel, pass, block))
                };
                spawn!(stencil_rim(kernel, pass, interior, block, strips, starts))
            } else {
                spawn!(stencil(kernel, pass, block, strips, starts))
            },
        );
    });
    made
}

#[task(anywhere)]
fn nothing<T, U, D>(block: &Array<T, D>) -> Array<U, D>
where
    T: Element,
    U: Element,
    D: Dimension + 'static,
{
    Array::from_shape_vec(block.raw_dim(), Vec::new()).expect("the block is empty")
}

#[task(anywhere)]
fn stencil<T, U, K, const N: usize>(
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
    block::whole(kernel, pass, block, strips, starts)
}

#[task(anywhere)]
fn stencil_interior<T, U, K, const N: usize>(
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
    block::interior(kernel, pass, block)
}

#[task(anywhere)]
fn stencil_rim<T, U, K, const N: usize>(
    kernel: &K,
    pass: &Pass<T>,
    mut interior: Array<U, Dim<[usize; N]>>,
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
    block::rim(kernel, pass, &mut interior, block, strips, starts);
    interior
}
