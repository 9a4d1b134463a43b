//! Elementwise expressions on devices, kept or reduced: a launch a block, two for a reduction.

use dagger_core::devices::{Wanted, wanted};
use dagger_core::kernel::source::{Elementwise, Entry, Layout as Lying, Module, Reduction, Shape};
use dagger_core::kernel::{Kernel as Operator, LowerError};
use dagger_core::seam::{Launch, Operand, Program};
use dagger_core::{Error, Result, Task, this_worker};
use dagger_macros::{spawn, task};
use ndarray::Dimension;
use std::sync::Arc;

use super::block::{DeviceBlock, Target};
use super::held::{Held, OnDevice};
use crate::array::Block;
use crate::element::Element;
use crate::expression::{Aligned, Kernel, OnDevice as Lowered, on_device};
use crate::layout::Layout;

/// An array of an expression, whatever its type.
pub trait Transfer {
    /// Whether its blocks are those of the result, element for element.
    fn fits(&self, shape: &[usize]) -> bool;

    /// The device that holds what goes into the result's block.
    #[doc(hidden)]
    fn holder(&self, number: usize, position: &[usize]) -> Option<Target>;

    /// What goes into the result's block, on a device.
    #[doc(hidden)]
    fn on_device(&self, number: usize, position: &[usize], target: &Target) -> Task<DeviceBlock>;

    /// How many elements apart neighbours are in each dimension of the result.
    fn strides(&self, position: &[usize]) -> Vec<i64>;
}

impl<T: Element, D: Dimension + 'static> Transfer for Aligned<T, D> {
    fn fits(&self, shape: &[usize]) -> bool {
        self.array().shape() == shape
    }

    fn holder(&self, number: usize, position: &[usize]) -> Option<Target> {
        self.array().holder(self.number(number, position))
    }

    fn on_device(&self, number: usize, position: &[usize], target: &Target) -> Task<DeviceBlock> {
        let number = self.number(number, position);
        self.array().on_device(number, target)
    }

    fn strides(&self, position: &[usize]) -> Vec<i64> {
        let layout = self.array().layout();
        let stretched = position.len() - layout.ndim();
        // Where the array is stretched there is one block.
        let own = position[stretched..].iter().zip(layout.grid());
        let own: Vec<usize> = own.map(|(at, count)| (*at).min(count - 1)).collect();
        let shape = layout.place(&own).shape;
        let mut strides = vec![0; position.len()];
        let mut apart: i64 = 1;
        for axis in (0..layout.ndim()).rev() {
            if layout.shape()[axis] > 1 {
                strides[axis + stretched] = apart;
            }
            apart *= i64::try_from(shape[axis]).unwrap_or(i64::MAX);
        }
        strides
    }
}

/// What is launched for a block.
#[derive(Debug)]
struct Work {
    target: Target,
    program: Arc<Program>,
    entry: Arc<Entry>,
    /// Of a reduction, the entry that combines what `entry` makes of each chunk.
    combine: Option<Arc<Entry>>,
    sizes: Vec<u64>,
    strides: Vec<Vec<i64>>,
    /// Bytes of an element of the result.
    size: usize,
}

#[task(name = "elementwise")]
fn launch(work: &Work, inputs: &[&DeviceBlock]) -> Result<DeviceBlock> {
    let count: u64 = work.sizes.iter().product();
    let shape = work.combine.as_ref().map(|_| Shape::of(count));
    let room = |count: u64| {
        let bytes = usize::try_from(count).unwrap_or(usize::MAX);
        DeviceBlock::new(&work.target, bytes.saturating_mul(work.size))
    };
    let operand = |block: &DeviceBlock, strides| Operand {
        allocation: block.allocation(),
        offset: 0,
        strides,
    };
    let output = room(shape.map_or(count, |shape| shape.chunks))?;
    let inputs = inputs.iter().zip(&work.strides);
    let inputs: Vec<Operand<'_>> = inputs
        .map(|(block, strides)| operand(block, strides))
        .collect();
    let first = Launch {
        program: &work.program,
        entry: &work.entry,
        count,
        sizes: &work.sizes,
        inputs: &inputs,
        outputs: &[operand(&output, &[])],
        shape,
    };
    work.target.0.launch(&first)?;
    let (Some(entry), Some(Shape { chunks, threads })) = (&work.combine, shape) else {
        return Ok(output);
    };
    let combined = room(1)?;
    work.target.0.launch(&Launch {
        entry,
        count: chunks,
        sizes: &[],
        inputs: &[operand(&output, &[])],
        outputs: &[operand(&combined, &[])],
        shape: Some(Shape { chunks: 1, threads }),
        ..first
    })?;
    Ok(combined)
}

/// An expression's kernel for blocks whose arrays lie like that.
struct Written {
    program: Arc<Program>,
    entry: Arc<Entry>,
    combine: Option<Arc<Entry>>,
    size: usize,
}

fn write_reduction<K: Kernel>(
    kernel: &K,
    operator: &Operator,
) -> std::result::Result<Written, LowerError> {
    let Lowered { expression, value } = on_device(kernel)?;
    let mut module = Module::new();
    let [entry, combine] = module.reduction(&Reduction {
        name: "reduction",
        expression: &expression,
        value,
        operator,
    })?;
    let size = expression.scalar(value).map_or(0, |scalar| scalar.size());
    Ok(Written {
        program: Program::interned(expression.label("a reduction"), module.finish()?),
        entry: Arc::new(entry),
        combine: Some(Arc::new(combine)),
        size,
    })
}

fn write<K: Kernel>(
    kernel: &K,
    lying: &[Lying],
    rank: usize,
) -> std::result::Result<Written, LowerError> {
    let Lowered { expression, value } = on_device(kernel)?;
    let mut module = Module::new();
    let entry = module.elementwise(&Elementwise {
        name: "elementwise",
        expression: &expression,
        inputs: lying,
        outputs: &[(value, Lying::Contiguous)],
        rank,
    })?;
    let size = expression.scalar(value).map_or(0, |scalar| scalar.size());
    Ok(Written {
        program: Program::interned(
            expression.label("an elementwise operation"),
            module.finish()?,
        ),
        entry: Arc::new(entry),
        combine: None,
        size,
    })
}

/// What becomes of the blocks of an expression; `None` if all of them are for threads.
type Evaluated<O> = Result<Option<Vec<O>>>;

/// The blocks of an expression, those that devices compute as launches and others by `on_thread`; `None` if all of them are for threads.
///
/// # Errors
/// If devices are asked for and cannot do it.
pub(crate) fn evaluate<K: Kernel, D: Dimension + 'static>(
    kernel: &K,
    arrays: &[&dyn Transfer],
    layout: &Layout<D>,
    mut on_thread: impl FnMut(usize, &D) -> Block<K::Item, D>,
) -> Evaluated<Held<K::Item, D>> {
    let Some((places, only)) = places(arrays, layout)? else {
        return Ok(None);
    };
    let whole = arrays.iter().map(|array| array.fits(layout.shape()));
    let lying: Vec<Lying> = whole
        .map(|whole| {
            if whole {
                Lying::Contiguous
            } else {
                Lying::Strided
            }
        })
        .collect();
    let written = match write(kernel, &lying, layout.ndim().max(1)) {
        Ok(written) => written,
        Err(error) if only => return Err(Error::new(error)),
        Err(_) => return Ok(None),
    };
    let on_device = |target, block| Held::Device(OnDevice { target, block });
    let on_thread = |number, position: &D| Held::Host(on_thread(number, position));
    Ok(Some(launches(
        &written, places, arrays, layout, on_device, on_thread,
    )))
}

/// The partial results of an expression's blocks by an operator, those on devices as launches, of whose single elements `fetched` makes
/// what others get by `on_thread`; `None` if all of them are for threads, as those that devices cannot reduce are.
///
/// # Errors
/// None but that of a runtime that does not start.
pub(crate) fn reduce<K: Kernel, D: Dimension + 'static, O>(
    kernel: &K,
    operator: &Operator,
    arrays: &[&dyn Transfer],
    layout: &Layout<D>,
    fetched: impl Fn(Task<DeviceBlock>) -> O,
    on_thread: impl FnMut(usize, &D) -> O,
) -> Evaluated<O> {
    let fits = arrays.iter().all(|array| array.fits(layout.shape()));
    let Some((places, _)) = (fits && !layout.is_empty())
        .then(|| places(arrays, layout))
        .transpose()?
        .flatten()
    else {
        return Ok(None);
    };
    let Ok(written) = write_reduction(kernel, operator) else {
        return Ok(None);
    };
    let on_device = |_, block| fetched(block);
    Ok(Some(launches(
        &written, places, arrays, layout, on_device, on_thread,
    )))
}

/// For each block the device that computes it, and whether nothing but devices may; `None` if all are for threads.
type Places = Option<(Vec<Option<Target>>, bool)>;

fn places<D: Dimension + 'static>(arrays: &[&dyn Transfer], layout: &Layout<D>) -> Result<Places> {
    let (devices, only): (Vec<Target>, bool) = match wanted()? {
        Wanted::Threads => return Ok(None),
        Wanted::Devices(devices) => (devices.into_iter().map(Target).collect(), true),
        Wanted::Either(devices) => (devices.iter().cloned().map(Target).collect(), false),
    };
    let mut places: Vec<Option<Target>> = Vec::with_capacity(layout.blocks());
    layout.for_each(|position| {
        let number = places.len();
        let elsewhere = layout
            .owner(number)
            .is_some_and(|owner| owner != this_worker());
        let holders = arrays
            .iter()
            .filter_map(|array| array.holder(number, position.slice()));
        let mut allowed = holders.filter(|holder| devices.iter().any(|device| device.is(holder)));
        let holder = allowed.next();
        places.push(match (elsewhere, holder, only) {
            (true, ..) => None,
            (false, Some(holder), _) => Some(holder),
            (false, None, true) => Some(devices[number % devices.len()].clone()),
            (false, None, false) => None,
        });
    });
    let any = places.iter().any(Option::is_some);
    Ok(any.then_some((places, only)))
}

/// Spawns the launches, and what is for threads.
fn launches<D: Dimension + 'static, O>(
    written: &Written,
    mut places: Vec<Option<Target>>,
    arrays: &[&dyn Transfer],
    layout: &Layout<D>,
    on_device: impl Fn(Target, Task<DeviceBlock>) -> O,
    mut on_thread: impl FnMut(usize, &D) -> O,
) -> Vec<O> {
    let mut made = Vec::with_capacity(places.len());
    layout.for_each(|position| {
        let number = made.len();
        let Some(target) = places[number].take() else {
            return made.push(on_thread(number, position));
        };
        let position = position.slice();
        let sizes = layout.place(position).shape;
        let sizes = sizes.slice().iter().map(|size| *size as u64).collect();
        let strides = arrays.iter().map(|array| array.strides(position)).collect();
        let moved = arrays
            .iter()
            .map(|array| array.on_device(number, position, &target));
        let inputs: Vec<Task<DeviceBlock>> = moved.collect();
        let work = Work {
            target: target.clone(),
            program: Arc::clone(&written.program),
            entry: Arc::clone(&written.entry),
            combine: written.combine.clone(),
            sizes,
            strides,
            size: written.size,
        };
        made.push(on_device(
            target,
            spawn!(
                #[on(local)]
                launch(work, inputs)
            ),
        ));
    });
    made
}
