//! A device's memory as a memory space of the runtime: bytes go in and out through staging buffers.

use super::Memory;
use crate::driver::DriverError;
use dagger_core::seam::{Allocation, MemorySpace, SpaceKind};
use dagger_core::{Error, Result};

impl Memory {
    fn size(&self, allocation: Allocation) -> Result<usize> {
        self.residency().bytes(allocation.key()).ok_or_else(|| {
            Error::msg(format!(
                "there is no allocation {} in the memory of {}",
                allocation.key(),
                self.name
            ))
        })
    }

    fn check(&self, allocation: Allocation, offset: usize, length: usize) -> Result<usize> {
        let size = self.size(allocation)?;
        match offset.checked_add(length) {
            Some(end) if end <= size => Ok(size),
            _ => Err(Error::msg(format!(
                "bytes {offset} and {length} more are outside an allocation of {size}"
            ))),
        }
    }
}

impl MemorySpace for Memory {
    fn kind(&self) -> SpaceKind {
        SpaceKind::Device
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn capacity(&self) -> Option<u64> {
        // What the device has no room for is in the host's memory.
        None
    }

    fn used(&self) -> u64 {
        self.residency().used()
    }

    fn allocate(&self, bytes: usize) -> Result<Allocation> {
        if super::class(bytes) as u64 > self.limit {
            return Err(told(super::no_room(bytes, self.limit, 0)));
        }
        Ok(Allocation::from_key(self.residency().allocate(bytes)))
    }

    fn free(&self, allocation: Allocation) -> Result<()> {
        self.size(allocation)?;
        self.residency().free(allocation.key());
        Ok(())
    }

    fn read(&self, allocation: Allocation, offset: usize, into: &mut [u8]) -> Result<()> {
        let size = self.check(allocation, offset, into.len())?;
        let copy = self.residency().host_copy(allocation.key()).map_err(told)?;
        let Some(copy) = copy else {
            into.fill(0);
            return Ok(());
        };
        if let Some(ready) = &copy.ready {
            ready.pass().map_err(told)?;
        }
        // SAFETY: the download that fills it is done, and buffers of host copies are not written to.
        let bytes = unsafe { copy.buffer.bytes(size) };
        into.copy_from_slice(&bytes[offset..offset + into.len()]);
        Ok(())
    }

    fn write(&self, allocation: Allocation, offset: usize, from: &[u8]) -> Result<()> {
        let size = self.check(allocation, offset, from.len())?;
        if from.is_empty() {
            return Ok(());
        }
        // A new buffer always: copies from the old one may be under way. What is read and changed here must not be changed by two at once.
        let _one_at_a_time;
        let old = if from.len() == size {
            None
        } else {
            _one_at_a_time = self.partial();
            let copy = self.residency().host_copy(allocation.key()).map_err(told)?;
            if let Some(ready) = copy.as_ref().and_then(|copy| copy.ready.as_ref()) {
                ready.pass().map_err(told)?;
            }
            Some(copy)
        };
        let buffer = self.staging.take(size).map_err(told)?;
        // SAFETY: nobody else has the new buffer, and its earlier copies are done.
        let bytes = unsafe { buffer.bytes_mut(size) };
        match old {
            Some(Some(copy)) => {
                // SAFETY: as in `read`.
                bytes.copy_from_slice(unsafe { copy.buffer.bytes(size) });
            }
            Some(None) => bytes.fill(0),
            None => {}
        }
        bytes[offset..offset + from.len()].copy_from_slice(from);
        self.residency()
            .replace(allocation.key(), buffer)
            .map_err(told)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.residency().clear();
        self.staging.clear();
    }
}

/// A driver's error as one of the runtime's.
fn told(error: DriverError) -> Error {
    Error::new(error)
}
