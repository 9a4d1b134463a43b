//! Who is where: the copies of each block, and what moves them. The module's page above has the protocol.

use super::lanes::Lanes;
use super::pool::{Pool, Room};
use super::staging::{Buffer, Staging};
use super::{Lane, Mark, class, no_room};
use crate::driver::{Address, DriverError, Failure, Outcome, Stream};
use std::collections::HashMap;
use std::sync::Arc;

/// What a launch does with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The block.
    pub key: u64,
    /// Whether its value matters. If not, the launch writes all of it.
    pub reads: bool,
    /// Whether it changes.
    pub writes: bool,
}

#[derive(Debug)]
pub(super) struct Residency {
    lanes: Arc<Lanes>,
    staging: Arc<Staging>,
    pool: Pool,
    blocks: HashMap<u64, Block>,
    next: u64,
    /// Counts uses.
    clock: u64,
    used: u64,
}

#[derive(Debug)]
struct Block {
    bytes: usize,
    host: Option<HostCopy>,
    device: Option<DeviceCopy>,
    /// When it was used last.
    used: u64,
    /// Part of the launch that is being put together.
    fixed: bool,
}

#[derive(Debug, Clone)]
pub(super) struct HostCopy {
    pub(super) buffer: Arc<Buffer>,
    /// After the download that fills it.
    pub(super) ready: Option<Mark>,
}

#[derive(Debug)]
struct DeviceCopy {
    address: Address,
    class: usize,
    written: Option<Mark>,
    read: Vec<Mark>,
}

impl DeviceCopy {
    fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.written.iter().chain(&self.read)
    }

    /// A use that only reads. Of each lane, the last mark says all.
    fn read_until(&mut self, mark: Mark) {
        self.read.retain(|other| other.lane != mark.lane);
        self.read.push(mark);
    }

    fn into_room(self) -> Room {
        let mut marks = self.read;
        marks.extend(self.written);
        Room {
            address: self.address,
            class: self.class,
            marks,
        }
    }
}

impl Residency {
    pub(super) fn new(lanes: Arc<Lanes>, staging: Arc<Staging>, limit: u64) -> Self {
        Residency {
            lanes,
            staging,
            pool: Pool::new(limit),
            blocks: HashMap::new(),
            next: 1,
            clock: 0,
            used: 0,
        }
    }

    pub(super) fn used(&self) -> u64 {
        self.used
    }

    pub(super) fn allocate(&mut self, bytes: usize) -> u64 {
        let key = self.next;
        self.next += 1;
        self.used += bytes as u64;
        let block = Block {
            bytes,
            host: None,
            device: None,
            used: 0,
            fixed: false,
        };
        self.blocks.insert(key, block);
        key
    }

    /// False if there is no such block.
    pub(super) fn free(&mut self, key: u64) -> bool {
        let Some(block) = self.blocks.remove(&key) else {
            return false;
        };
        self.used -= block.bytes as u64;
        if let Some(device) = block.device {
            self.pool.give(device.into_room());
        }
        true
    }

    pub(super) fn bytes(&self, key: u64) -> Option<usize> {
        self.blocks.get(&key).map(|block| block.bytes)
    }

    pub(super) fn resident(&self) -> Vec<u64> {
        let on_device = self
            .blocks
            .iter()
            .filter(|(_, block)| block.device.is_some());
        let mut keys: Vec<(u64, u64)> = on_device.map(|(key, block)| (block.used, *key)).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// The block's value is what is in the buffer.
    pub(super) fn replace(&mut self, key: u64, buffer: Arc<Buffer>) -> Outcome<()> {
        let block = self.blocks.get_mut(&key).ok_or_else(unknown)?;
        let ready = None;
        block.host = Some(HostCopy { buffer, ready });
        if let Some(device) = block.device.take() {
            self.pool.give(device.into_room());
        }
        Ok(())
    }

    /// A host copy, which is there when its mark has passed; `None` for a block of zeros.
    pub(super) fn host_copy(&mut self, key: u64) -> Outcome<Option<HostCopy>> {
        let block = self.blocks.get(&key).ok_or_else(unknown)?;
        if block.host.is_none() && block.device.is_some() {
            self.download(key)?;
        }
        Ok(self.blocks.get(&key).and_then(|block| block.host.clone()))
    }

    fn download(&mut self, key: u64) -> Outcome<()> {
        let block = self.blocks.get(&key).ok_or_else(unknown)?;
        let bytes = block.bytes;
        self.make_staging_room(bytes);
        let buffer = self.staging.take(bytes)?;
        let Some(block) = self.blocks.get_mut(&key) else {
            return Err(unknown());
        };
        let Some(device) = &mut block.device else {
            return Ok(());
        };
        self.lanes.wait(Lane::Down, &device.written)?;
        let (driver, stream) = (self.lanes.driver(), self.lanes.stream(Lane::Down));
        // SAFETY: the buffer has room for a block, is kept by the host copy until the mark below has passed, and nothing reads it before; the
        // device copy has as many bytes and is not given back before the mark, which goes into its list.
        unsafe { driver.download(buffer.pinned, device.address, bytes, stream)? };
        let mark = self.lanes.mark(Lane::Down)?;
        buffer.used_until(mark.clone());
        device.read_until(mark.clone());
        let ready = Some(mark);
        block.host = Some(HostCopy { buffer, ready });
        Ok(())
    }

    /// Forgets clean host copies, those used least recently first, until there is room for another buffer or there are none.
    fn make_staging_room(&mut self, bytes: usize) {
        while !self.staging.has_room(bytes) {
            let clean = self
                .blocks
                .values_mut()
                .filter(|block| block.host.is_some() && block.device.is_some() && !block.fixed);
            match clean.min_by_key(|block| block.used) {
                Some(block) => block.host = None,
                None => return,
            }
        }
    }

    pub(super) fn launch(
        &mut self,
        accesses: &[Access],
        enqueue: impl FnOnce(&[Address], Stream) -> Outcome<()>,
    ) -> Outcome<()> {
        for access in accesses {
            self.blocks.get_mut(&access.key).ok_or_else(unknown)?.fixed = true;
        }
        let launched = self.launch_fixed(accesses, enqueue);
        for access in accesses {
            if let Some(block) = self.blocks.get_mut(&access.key) {
                block.fixed = false;
            }
        }
        launched
    }

    fn launch_fixed(
        &mut self,
        accesses: &[Access],
        enqueue: impl FnOnce(&[Address], Stream) -> Outcome<()>,
    ) -> Outcome<()> {
        let mut addresses = Vec::with_capacity(accesses.len());
        for access in accesses {
            // A block may be named twice: read here, written there.
            let of_same = accesses.iter().filter(|other| other.key == access.key);
            let reads = of_same.clone().any(|other| other.reads);
            addresses.push(self.bring(access.key, reads)?);
            self.clock += 1;
            let clock = self.clock;
            if let Some(block) = self.blocks.get_mut(&access.key) {
                block.used = clock;
            }
        }
        for access in accesses {
            if let Some(device) = self.device(access.key) {
                self.lanes.wait(Lane::Launch, &device.written)?;
                if access.writes {
                    self.lanes.wait(Lane::Launch, &device.read)?;
                }
            }
        }
        enqueue(&addresses, self.lanes.stream(Lane::Launch))?;
        let mark = self.lanes.mark(Lane::Launch)?;
        for access in accesses {
            let Some(block) = self.blocks.get_mut(&access.key) else {
                continue;
            };
            let Some(device) = &mut block.device else {
                continue;
            };
            if access.writes {
                device.written = Some(mark.clone());
                device.read.clear();
                block.host = None;
            } else {
                device.read_until(mark.clone());
            }
        }
        Ok(())
    }

    fn device(&self, key: u64) -> Option<&DeviceCopy> {
        self.blocks.get(&key)?.device.as_ref()
    }

    /// Makes sure that there is a device copy, with the block's value if that matters.
    fn bring(&mut self, key: u64, reads: bool) -> Outcome<Address> {
        if let Some(device) = self.device(key) {
            return Ok(device.address);
        }
        let bytes = self.bytes(key).ok_or_else(unknown)?;
        let room = self.room(bytes)?;
        let mut device = DeviceCopy {
            address: room.address,
            class: room.class,
            written: None,
            read: room.marks,
        };
        if let Some(filled) = self.fill(key, reads, &device).transpose() {
            match filled {
                Ok(mark) => {
                    // It has waited for the earlier uses of the memory.
                    device.written = Some(mark);
                    device.read.clear();
                }
                Err(error) => {
                    self.pool.give(device.into_room());
                    return Err(error);
                }
            }
        }
        let address = device.address;
        if let Some(block) = self.blocks.get_mut(&key) {
            block.device = Some(device);
        }
        Ok(address)
    }

    /// Gives new device memory the block's value, if that matters.
    fn fill(&self, key: u64, reads: bool, device: &DeviceCopy) -> Outcome<Option<Mark>> {
        let Some(block) = self.blocks.get(&key).filter(|_| reads) else {
            return Ok(None);
        };
        let (driver, bytes) = (self.lanes.driver(), block.bytes);
        let lane = match &block.host {
            Some(host) => {
                self.lanes
                    .wait(Lane::Up, device.marks().chain(&host.ready))?;
                let stream = self.lanes.stream(Lane::Up);
                // SAFETY: both have a block's bytes. The buffer is not changed as long as it is a host copy, and afterwards not before the
                // mark below has passed; the device memory is not given back before.
                unsafe { driver.upload(device.address, host.buffer.pinned, bytes, stream)? };
                Lane::Up
            }
            None => {
                self.lanes.wait(Lane::Launch, device.marks())?;
                // SAFETY: the memory has a block's bytes.
                unsafe { driver.zero(device.address, bytes, self.lanes.stream(Lane::Launch))? };
                Lane::Launch
            }
        };
        let mark = self.lanes.mark(lane)?;
        if let Some(host) = &block.host {
            host.buffer.used_until(mark.clone());
        }
        Ok(Some(mark))
    }

    /// Room on the device; blocks leave it for that where they have to.
    fn room(&mut self, bytes: usize) -> Outcome<Room> {
        loop {
            if let Some(room) = self.pool.take(bytes, self.lanes.driver())? {
                return Ok(room);
            }
            if self.pool.release(self.lanes.driver())? {
                continue;
            }
            if !self.evict()? {
                let fixed = self
                    .blocks
                    .values()
                    .filter(|block| block.fixed && block.device.is_some());
                let fixed: usize = fixed.map(|block| class(block.bytes)).sum();
                return Err(no_room(bytes, self.pool.limit(), fixed as u64));
            }
        }
    }

    /// The block used least recently leaves the device. False if there is none that may.
    fn evict(&mut self) -> Outcome<bool> {
        let movable = self
            .blocks
            .iter()
            .filter(|(_, block)| block.device.is_some() && !block.fixed);
        let Some(key) = movable
            .min_by_key(|(_, block)| block.used)
            .map(|(key, _)| *key)
        else {
            return Ok(false);
        };
        if self
            .blocks
            .get(&key)
            .is_some_and(|block| block.host.is_none())
        {
            self.download(key)?;
        }
        if let Some(device) = self
            .blocks
            .get_mut(&key)
            .and_then(|block| block.device.take())
        {
            self.pool.give(device.into_room());
        }
        Ok(true)
    }

    /// Gives everything back.
    pub(super) fn clear(&mut self) {
        for (_, block) in self.blocks.drain() {
            if let Some(device) = block.device {
                self.pool.give(device.into_room());
            }
        }
        // On a device that has failed nothing can be given back.
        while self.pool.release(self.lanes.driver()).unwrap_or(false) {}
    }
}

fn unknown() -> DriverError {
    DriverError {
        call: "memory",
        failure: Failure::Other,
        said: "there is no such allocation in the memory of this device".to_owned(),
    }
}
