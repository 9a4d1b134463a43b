//! Where bytes live: host memory here, device memory and disks in other crates.

use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What kind of memory a space is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpaceKind {
    /// The processor's own.
    Host,
    /// A device's.
    Device,
    /// A file.
    Disk,
}

/// Names bytes that a space holds. Only the space that made it knows what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Allocation(u64);

impl Allocation {
    /// The allocation that its space calls `key`.
    pub fn from_key(key: u64) -> Self {
        Allocation(key)
    }

    /// What its space calls it.
    pub fn key(self) -> u64 {
        self.0
    }
}

/// A place where bytes live. Allocations are numbered, never pointers, so that a space can be on another device or a disk.
///
/// Contract: bytes that were never written read as zero; `read` and `write` outside an allocation, and any use of one that was
/// freed, are errors and change nothing; allocations may be used by several threads at once, and writes
/// to separate ranges do not disturb each other.
pub trait MemorySpace: fmt::Debug + Send + Sync {
    /// What kind it is.
    fn kind(&self) -> SpaceKind;

    /// What it is called in messages.
    fn name(&self) -> &str;

    /// Bytes it can hold in all; `None` where nobody knows.
    fn capacity(&self) -> Option<u64>;

    /// Bytes allocated now.
    fn used(&self) -> u64;

    /// Makes room for `bytes` bytes.
    ///
    /// # Errors
    /// When there is no room.
    fn allocate(&self, bytes: usize) -> Result<Allocation>;

    /// Gives the room back.
    ///
    /// # Errors
    /// When there is no such allocation.
    fn free(&self, allocation: Allocation) -> Result<()>;

    /// Copies `into.len()` bytes, from `offset` on, out of the space.
    ///
    /// # Errors
    /// See the contract above.
    fn read(&self, allocation: Allocation, offset: usize, into: &mut [u8]) -> Result<()>;

    /// Copies bytes into the space, to `offset` and on.
    ///
    /// # Errors
    /// See the contract above.
    fn write(&self, allocation: Allocation, offset: usize, from: &[u8]) -> Result<()>;

    /// Copies `bytes` bytes from the start of one allocation here to the start of one in another space.
    ///
    /// By default through host memory, a piece at a time; spaces that know a shorter way do better.
    ///
    /// # Errors
    /// As for [`read`](Self::read) here and [`write`](Self::write) there.
    fn copy_to(
        &self,
        from: Allocation,
        space: &dyn MemorySpace,
        to: Allocation,
        bytes: usize,
    ) -> Result<()> {
        const PIECE: usize = 1 << 20;
        let mut staging = vec![0; bytes.min(PIECE)];
        let mut offset = 0;
        while offset < bytes {
            let piece = &mut staging[..(bytes - offset).min(PIECE)];
            self.read(from, offset, piece)?;
            space.write(to, offset, piece)?;
            offset += piece.len();
        }
        Ok(())
    }
}

/// The processor's own memory.
#[derive(Debug, Default)]
pub struct HostMemory {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    blocks: HashMap<u64, Vec<u8>>,
    next: u64,
    used: u64,
}

impl HostMemory {
    /// An empty space.
    pub fn new() -> Self {
        HostMemory::default()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The bytes from `offset` on.
    fn range(&mut self, allocation: Allocation, offset: usize, length: usize) -> Result<&mut [u8]> {
        let block = self.blocks.get_mut(&allocation.0).ok_or_else(unknown)?;
        let size = block.len();
        let end = offset.checked_add(length).filter(|&end| end <= size);
        let end = end.ok_or_else(|| {
            Error::msg(format!(
                "bytes {offset} and {length} more are outside an allocation of {size}"
            ))
        })?;
        Ok(&mut block[offset..end])
    }
}

fn unknown() -> Error {
    Error::msg("there is no such allocation in host memory")
}

impl MemorySpace for HostMemory {
    fn kind(&self) -> SpaceKind {
        SpaceKind::Host
    }

    fn name(&self) -> &str {
        "host"
    }

    fn capacity(&self) -> Option<u64> {
        None
    }

    fn used(&self) -> u64 {
        self.held().used
    }

    fn allocate(&self, bytes: usize) -> Result<Allocation> {
        let mut block = Vec::new();
        block
            .try_reserve_exact(bytes)
            .map_err(|_| Error::msg(format!("host memory has no room for {bytes} bytes")))?;
        block.resize(bytes, 0);
        let mut held = self.held();
        let key = held.next;
        held.next += 1;
        held.used += bytes as u64;
        held.blocks.insert(key, block);
        Ok(Allocation(key))
    }

    fn free(&self, allocation: Allocation) -> Result<()> {
        let mut held = self.held();
        let block = held.blocks.remove(&allocation.0).ok_or_else(unknown)?;
        held.used -= block.len() as u64;
        Ok(())
    }

    fn read(&self, allocation: Allocation, offset: usize, into: &mut [u8]) -> Result<()> {
        into.copy_from_slice(self.held().range(allocation, offset, into.len())?);
        Ok(())
    }

    fn write(&self, allocation: Allocation, offset: usize, from: &[u8]) -> Result<()> {
        self.held()
            .range(allocation, offset, from.len())?
            .copy_from_slice(from);
        Ok(())
    }
}
