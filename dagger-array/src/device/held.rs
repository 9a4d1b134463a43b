//! Which device holds a block of an array.

use dagger_core::Task;
use dagger_macros::spawn;
use ndarray::Dimension;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::block::{DeviceBlock, Target, to_device, to_host};
use crate::array::{Block, DArray};
use crate::element::Element;
use crate::layout::{Axes, Layout};

/// Where a block is.
pub(crate) enum Held<T, D> {
    Host(Block<T, D>),
    Device(OnDevice),
}

/// A block on a device.
#[derive(Clone)]
pub(crate) struct OnDevice {
    pub(super) target: Target,
    pub(super) block: Task<DeviceBlock>,
}

/// The last copy on a device that was made of each block, by its number.
#[derive(Default)]
pub(crate) struct Copies(Mutex<HashMap<usize, OnDevice>>);

impl<T: Element, D: Dimension + 'static> Held<T, D> {
    /// The block on the host: a task that brings it back if it is not there.
    pub(crate) fn fetched(&self, layout: &Layout<D>, position: &[usize]) -> Block<T, D> {
        match self {
            Held::Host(block) => block.clone(),
            Held::Device(on) => {
                let (block, shape) = (&on.block, Axes(layout.place(position).shape));
                spawn!(
                    #[on(local)]
                    to_host(block, shape)
                )
            }
        }
    }

    pub(crate) fn wait(&self) -> dagger_core::Result<()> {
        match self {
            Held::Host(block) => block.wait(),
            Held::Device(on) => on.block.wait(),
        }
    }
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// The device that holds a block, or a copy of it.
    pub(super) fn holder(&self, number: usize) -> Option<Target> {
        if let Some(Held::Device(on)) = self.held().get(number) {
            return Some(on.target.clone());
        }
        let copies = self
            .copies()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        copies.get(&number).map(|on| on.target.clone())
    }

    /// A block on that device; it is copied there if it is not there yet.
    pub(super) fn on_device(&self, number: usize, target: &Target) -> Task<DeviceBlock> {
        if let Some(Held::Device(on)) = self.held().get(number)
            && on.target.is(target)
        {
            return on.block.clone();
        }
        let mut copies = self
            .copies()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(on) = copies.get(&number).filter(|on| on.target.is(target)) {
            return on.block.clone();
        }
        let host = self.host_block(number);
        let device = target.clone();
        let block = spawn!(
            #[on(local)]
            to_device(&host, device)
        );
        let on = OnDevice {
            target: target.clone(),
            block: block.clone(),
        };
        copies.insert(number, on);
        block
    }
}
