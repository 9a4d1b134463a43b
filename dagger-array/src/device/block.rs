//! A block in a device's memory, and the tasks that move it.

use dagger_core::kernel::ScalarType;
use dagger_core::seam::{Allocation, Device};
use dagger_core::{Error, Result};
use dagger_macros::task;
use ndarray::{Array, Dimension};
use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use crate::element::Element;
use crate::layout::Axes;
use crate::memory;

/// A device, as an argument of tasks.
#[derive(Clone)]
pub struct Target(pub(super) Arc<dyn Device>);

impl Target {
    pub(super) fn is(&self, other: &Target) -> bool {
        self.0.place() == other.0.place()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.place(), f)
    }
}

/// Elements in a device's memory, in row-major order.
#[derive(Clone, Debug)]
pub struct DeviceBlock(Arc<Room>);

/// Given back when it is dropped.
#[derive(Debug)]
struct Room {
    target: Target,
    allocation: Allocation,
    bytes: usize,
}

impl DeviceBlock {
    /// Room on a device, for all of which something is going to be written.
    pub(super) fn new(target: &Target, bytes: usize) -> Result<Self> {
        let allocation = target.0.memory().allocate(bytes)?;
        Ok(DeviceBlock(Arc::new(Room {
            target: target.clone(),
            allocation,
            bytes,
        })))
    }

    pub(super) fn allocation(&self) -> Allocation {
        self.0.allocation
    }

    /// Its elements, copied back.
    pub(crate) fn elements<T: Element>(&self, count: usize) -> Result<Vec<T>> {
        let block = &self.0;
        if ScalarType::of::<T>().is_none() || count * size_of::<T>() != block.bytes {
            return Err(Error::msg(format!(
                "{} bytes of a device are no {count} elements of type `{}`",
                block.bytes,
                type_name::<T>()
            )));
        }
        let mut elements: Vec<T> = memory::room(count);
        let start = elements.as_mut_ptr();
        // SAFETY: there is room for `count` elements; zero bytes are a value of every scalar.
        unsafe { start.write_bytes(0, count) };
        // SAFETY: the bytes of those elements, just written, of which no other reference exists.
        let bytes = unsafe { std::slice::from_raw_parts_mut(start.cast::<u8>(), block.bytes) };
        block.target.0.memory().read(block.allocation, 0, bytes)?;
        if ScalarType::of::<T>() == Some(ScalarType::Bool) && bytes.iter().any(|byte| *byte > 1) {
            return Err(Error::msg(
                "a device has written a `bool` that is neither true nor false",
            ));
        }
        // SAFETY: all of them are written, with bytes that are values: any bytes are one of a number, and those of `bool` were looked at.
        unsafe { elements.set_len(count) };
        Ok(elements)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // It was allocated and is freed once, so this cannot fail but on a device that has failed altogether.
        let _ = self.target.0.memory().free(self.allocation);
    }
}

/// A copy of a block on a device.
#[task]
pub(super) fn to_device<T, D>(block: &Array<T, D>, target: &Target) -> Result<DeviceBlock>
where
    T: Element,
    D: Dimension + 'static,
{
    let ordered = block.as_standard_layout();
    let elements = ordered.as_slice().unwrap_or_default();
    let bytes = bytes_of(elements)?;
    let copy = DeviceBlock::new(target, bytes.len())?;
    target.0.memory().write(copy.allocation(), 0, bytes)?;
    Ok(copy)
}

/// A copy of a block on the host.
#[task]
pub(super) fn to_host<T, D>(block: &DeviceBlock, shape: Axes<D>) -> Result<Array<T, D>>
where
    T: Element,
    D: Dimension + 'static,
{
    let elements = block.elements(shape.0.size())?;
    Array::from_shape_vec(shape.0, elements).map_err(Error::new)
}

/// The memory of elements that devices compute with.
fn bytes_of<T: 'static>(elements: &[T]) -> Result<&[u8]> {
    if ScalarType::of::<T>().is_none() {
        return Err(Error::msg(format!(
            "devices have no elements of type `{}`",
            type_name::<T>()
        )));
    }
    // SAFETY: scalars have no padding, so all of their bytes can be read.
    Ok(unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) })
}
