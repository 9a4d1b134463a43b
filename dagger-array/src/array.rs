//! `DArray`: a grid of tasks whose values are blocks. Nothing more.

use dagger_core::{Error, Result, Task, workers};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension, IntoDimension};
use std::sync::{Arc, OnceLock};

use crate::device::{Copies, Held};
use crate::element::Element;
use crate::layout::{Axes, Layout};
use crate::memory::Extent;
use crate::mistake::{failed_task, mistake};
use crate::placement::located;

/// A task whose value is a block.
pub type Block<T, D> = Task<Array<T, D>>;

/// The blocks of an array, row by row, and how they lie.
pub(crate) type Parts<T, D> = (Layout<D>, Vec<Block<T, D>>);

/// An array in blocks, each the result of a task.
///
/// Operations look at the shapes, spawn a task for each block and return at once. Cloning is cheap, and the clones share
/// their blocks until one of them is changed.
///
/// # Errors
/// An operation that cannot be done (shapes that do not fit, blocks of size 0) spawns nothing and gives an array that has
/// *failed*: everything made of it fails with the same error, which names the call, its line and the shapes. [`check`](Self::check)
/// gives it at once, [`collect`](Self::collect) and `fetch` in the end.
pub struct DArray<T, D> {
    inner: Arc<Inner<T, D>>,
}

struct Inner<T, D> {
    layout: Layout<D>,
    /// Row by row; or why there are none. Set when somebody first wants them on the host.
    blocks: OnceLock<Result<Vec<Block<T, D>>>>,
    /// Where they are, row by row, if devices have computed some of them.
    held: Vec<Held<T, D>>,
    /// Copies of them on devices.
    copies: Copies,
    /// What it frees when it goes.
    _extent: Extent,
}

impl<T, D> Clone for DArray<T, D> {
    fn clone(&self) -> Self {
        DArray {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The array with these blocks, row by row, which tasks of your own may make. Each must have the shape that
    /// `layout` says; one that has not fails what uses it.
    ///
    /// # Errors
    /// Another number of blocks than the layout has.
    #[track_caller]
    pub fn from_blocks(layout: Layout<D>, blocks: Vec<Block<T, D>>) -> Result<Self> {
        if blocks.len() != layout.blocks() {
            return Err(mistake(
                "from_blocks",
                format!("{} blocks for {layout:?}", blocks.len()),
            ));
        }
        let mut number = 0;
        let mut checked = Vec::with_capacity(blocks.len());
        let mut blocks = blocks.into_iter();
        layout.for_each(|position| {
            let shape = Axes(layout.place(position.slice()).shape);
            let block = blocks.next().expect("counted above");
            number += 1;
            checked.push(located(layout.owner(number - 1), || {
                spawn!(fitting_block(block, number - 1, shape))
            }));
        });
        Ok(Self::of(layout, checked))
    }

    /// The same, where number and shapes are known to be right.
    pub(crate) fn of(layout: Layout<D>, blocks: Vec<Block<T, D>>) -> Self {
        debug_assert_eq!(layout.blocks(), blocks.len());
        let extent = Extent(layout.len().saturating_mul(size_of::<T>()));
        DArray {
            inner: Arc::new(Inner {
                layout,
                blocks: OnceLock::from(Ok(blocks)),
                held: Vec::new(),
                copies: Copies::default(),
                _extent: extent,
            }),
        }
    }

    /// The same, where devices hold some of the blocks.
    pub(crate) fn held_by_devices(layout: Layout<D>, held: Vec<Held<T, D>>) -> Self {
        debug_assert_eq!(layout.blocks(), held.len());
        let extent = Extent(layout.len().saturating_mul(size_of::<T>()));
        DArray {
            inner: Arc::new(Inner {
                layout,
                blocks: OnceLock::new(),
                held,
                copies: Copies::default(),
                _extent: extent,
            }),
        }
    }

    pub(crate) fn held(&self) -> &[Held<T, D>] {
        &self.inner.held
    }

    pub(crate) fn copies(&self) -> &Copies {
        &self.inner.copies
    }

    /// A block on the host. It alone comes back, if a device has it.
    pub(crate) fn host_block(&self, number: usize) -> Block<T, D> {
        match (self.inner.blocks.get(), self.inner.held.get(number)) {
            (None, Some(held)) => {
                held.fetched(&self.inner.layout, &self.inner.layout.position(number))
            }
            _ => match self.parts() {
                Ok(parts) => parts[number].clone(),
                Err(error) => failed_task(error),
            },
        }
    }

    /// The error of an array that has failed.
    ///
    /// # Errors
    /// What was wrong with the call.
    pub(crate) fn sound(&self) -> Result<()> {
        match self.inner.blocks.get() {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// What `make` gives, or an array that has failed.
    pub(crate) fn attempt(make: Result<Parts<T, D>>) -> Self {
        match make {
            Ok((layout, blocks)) => Self::of(layout, blocks),
            Err(error) => Self::failed(error),
        }
    }

    /// An array that has failed.
    pub(crate) fn failed(error: Error) -> Self {
        let shape = D::zeros(D::NDIM.unwrap_or(0));
        DArray {
            inner: Arc::new(Inner {
                layout: Layout::whole(&shape),
                blocks: OnceLock::from(Err(error)),
                held: Vec::new(),
                copies: Copies::default(),
                _extent: Extent(0),
            }),
        }
    }

    /// Whether the operation that made this array could be done. `?` on it makes mistakes show where they are made.
    ///
    /// It does not wait for the blocks; [`wait`](Self::wait) does.
    ///
    /// # Errors
    /// What was wrong with the call.
    pub fn check(self) -> Result<Self> {
        self.sound().map(|()| self)
    }

    /// Waits until all blocks are there.
    ///
    /// # Errors
    /// The error of the first block that failed.
    pub fn wait(&self) -> Result<()> {
        if self.inner.blocks.get().is_none() {
            return self.inner.held.iter().try_for_each(Held::wait);
        }
        dagger_core::wait_all(self.parts()?)
    }

    /// The lengths of the axes; those of an array that has failed are 0.
    pub fn shape(&self) -> &[usize] {
        self.inner.layout.shape()
    }

    /// The shape as ndarray's type.
    pub fn raw_dim(&self) -> D {
        self.inner.layout.raw_dim()
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.inner.layout.ndim()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.inner.layout.len()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shape and cuts.
    pub fn layout(&self) -> &Layout<D> {
        &self.inner.layout
    }

    /// The tasks of the blocks, as an array of tasks. An array that has failed has one block, which has failed.
    pub fn blocks(&self) -> Array<Block<T, D>, D> {
        let (grid, blocks) = match self.parts() {
            Ok(blocks) => (self.inner.layout.raw_grid(), blocks.to_vec()),
            Err(error) => {
                let mut one = self.inner.layout.raw_grid();
                one.slice_mut().fill(1);
                (one, vec![failed_task(error)])
            }
        };
        Array::from_shape_vec(grid, blocks).expect("as many blocks as the grid has places")
    }

    /// The task of the block at a position of the grid.
    #[track_caller]
    pub fn block(&self, position: impl IntoDimension<Dim = D>) -> Block<T, D> {
        let position = position.into_dimension();
        if let Err(error) = self.sound() {
            return failed_task(error);
        }
        let (position, grid) = (position.slice(), self.inner.layout.grid());
        if is_outside(position, grid) {
            let what = format!("there is no block {position:?} in a grid of {grid:?}");
            return failed_task(mistake("block", what));
        }
        self.host_block(self.inner.layout.number(position))
    }

    /// One element.
    #[track_caller]
    pub fn get(&self, index: impl IntoDimension<Dim = D>) -> Task<T> {
        let index = index.into_dimension();
        match self.locate("get", &index) {
            Ok((number, within)) => {
                let block = &self.host_block(number);
                let within = Axes(within);
                // Where the block is: to send it elsewhere for one element would be a waste.
                let holder = (workers() > 1).then(|| block.worker());
                located(holder, || spawn!(element(block, within)))
            }
            Err(error) => failed_task(error),
        }
    }

    /// Changes one element, in place.
    ///
    /// # Errors
    /// The index is outside of the array; the array has failed. It is then as it was before.
    #[track_caller]
    pub fn set(&mut self, index: impl IntoDimension<Dim = D>, value: T) -> Result<()> {
        let (number, within) = self.locate("set", &index.into_dimension())?;
        self.change(|(layout, blocks)| {
            let mut changed = Vec::with_capacity(blocks.len());
            let mut place = Some((Axes(within), value));
            for (at, block) in blocks.into_iter().enumerate() {
                changed.push(match place.take_if(|_| at == number) {
                    Some((within, value)) => located(layout.owner(at), || {
                        spawn!(changed_element(block, within, value))
                    }),
                    None => block,
                });
            }
            Ok((layout, changed))
        });
        Ok(())
    }

    /// The blocks, row by row.
    pub(crate) fn parts(&self) -> Result<&[Block<T, D>]> {
        let blocks = self.inner.blocks.get_or_init(|| {
            let mut held = self.inner.held.iter();
            let mut blocks = Vec::with_capacity(held.len());
            self.inner.layout.for_each(|position| {
                let fetched =
                    |held: &Held<T, D>| held.fetched(&self.inner.layout, position.slice());
                blocks.extend(held.next().map(fetched));
            });
            Ok(blocks)
        });
        match blocks {
            Ok(blocks) => Ok(blocks),
            Err(error) => Err(error.clone()),
        }
    }

    /// The array itself; an empty one stays behind.
    pub(crate) fn take_out(&mut self) -> Self {
        let nothing = Inner {
            layout: self.inner.layout.clone(),
            blocks: OnceLock::from(Ok(Vec::new())),
            held: Vec::new(),
            copies: Copies::default(),
            _extent: Extent(0),
        };
        std::mem::replace(
            self,
            DArray {
                inner: Arc::new(nothing),
            },
        )
    }

    /// The blocks for changing them in place: moved out where no clone of the array shares them.
    pub(crate) fn into_parts(self) -> Result<Parts<T, D>> {
        self.parts()?;
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => {
                let blocks = inner
                    .blocks
                    .into_inner()
                    .unwrap_or_else(|| Ok(Vec::new()))?;
                Ok((inner.layout, blocks))
            }
            Err(shared) => {
                let array = DArray { inner: shared };
                Ok((array.layout().clone(), array.parts()?.to_vec()))
            }
        }
    }

    /// The number of the block that holds an element, and the element's index in it.
    #[track_caller]
    pub(crate) fn locate(&self, operation: &str, index: &D) -> Result<(usize, D)> {
        self.sound()?;
        let layout = &self.inner.layout;
        if is_outside(index.slice(), layout.shape()) {
            let (index, shape) = (index.slice(), layout.shape());
            let what = format!("index {index:?} is outside of an array of shape {shape:?}");
            return Err(mistake(operation, what));
        }
        let (mut position, mut within) = (index.clone(), index.clone());
        for axis in 0..index.ndim() {
            position[axis] = layout.block_of(axis, index[axis]);
            within[axis] -= layout.cuts(axis)[position[axis]];
        }
        Ok((layout.number(position.slice()), within))
    }
}

fn is_outside(index: &[usize], shape: &[usize]) -> bool {
    index.len() != shape.len() || index.iter().zip(shape).any(|(at, length)| at >= length)
}

#[task(anywhere)]
fn element<T: Element, D: Dimension + 'static>(block: &Array<T, D>, index: Axes<D>) -> T {
    block[index.0].clone()
}

#[task(anywhere)]
fn changed_element<T: Element, D: Dimension + 'static>(
    mut block: Array<T, D>,
    index: Axes<D>,
    value: T,
) -> Array<T, D> {
    block[index.0] = value;
    block
}

/// A block of the right shape, in row-major order.
#[task(anywhere)]
fn fitting_block<T: Element, D: Dimension + 'static>(
    block: Array<T, D>,
    number: usize,
    shape: Axes<D>,
) -> Result<Array<T, D>> {
    if block.raw_dim() != shape.0 {
        let (found, wanted) = (block.shape(), shape.0.slice());
        return Err(Error::msg(format!(
            "block number {number} has shape {found:?}, the layout says {wanted:?}"
        )));
    }
    if block.is_standard_layout() {
        return Ok(block);
    }
    Ok(block.as_standard_layout().into_owned())
}
