//! The memory of a device: which blocks of bytes are where, and what must be waited for before they are used.
//!
//! # Protocol
//!
//! A block has a *host copy* (page-locked), a *device copy*, both, or neither (it then reads as zeros). Where there are both, they are equal: the
//! block is *clean*; with a device copy alone it is *dirty*. Each device has three streams, its *lanes*: launches, copies up, copies
//! down. A *mark* is an event in a lane after something that was put there. Each copy keeps the marks that order it:
//!
//! | copy | marks | who waits for them |
//! |---|---|---|
//! | device: `written` | after the upload, launch or clearing that gave it its value | whoever reads or writes it |
//! | device: `read` | after launches and downloads that read it, and all uses of its memory by who had it before | whoever writes it |
//! | host: `ready` | after the download that fills it | whoever reads it: an upload, or a thread |
//! | staging buffer | after all copies from and to it | whoever gets the buffer next, or gives it back |
//!
//! "Waits" means: the lane of the new work waits, unless the mark is in the same lane, whose order does. Threads wait only in `read`, in partial
//! `write`s, and when memory is given back to the driver. So:
//!
//! * *Nothing reads before its copy is there*: `written` and `ready`.
//! * *Nothing is overwritten while it is read*: `read`, and the marks of staging buffers.
//! * *No memory is given back in use*: device memory goes into a list of idle memory with all its marks, and to the driver only after they have passed.
//!
//! Where a launch needs memory that is not there, idle memory is given back, then the block that was used least recently, and is not part
//! of this launch, leaves the device: a dirty one is copied down first. All of this happens under one lock, in which nothing is waited for except
//! when memory is given back; copying between a user's memory and staging buffers is done outside of it.

mod lanes;
mod pool;
mod residency;
mod space;
mod staging;

pub use lanes::Lane;
pub use residency::Access;

use crate::driver::{Driver, DriverError, Event, Failure, Outcome};
use lanes::Lanes;
use residency::Residency;
use staging::Staging;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// See the module's page.
#[derive(Debug)]
pub struct Memory {
    name: String,
    limit: u64,
    residency: Mutex<Residency>,
    staging: Arc<Staging>,
    lanes: Arc<Lanes>,
    /// Held while a part of a block is changed.
    partial: Mutex<()>,
}

impl Memory {
    /// The memory of a device, of which at most `limit` bytes are used. Page-locked memory of the host may be as much, before
    /// it is given back.
    ///
    /// # Errors
    /// If the driver gives no streams.
    pub fn new(driver: Arc<dyn Driver>, limit: u64) -> Outcome<Self> {
        let name = driver.name();
        let lanes = Arc::new(Lanes::new(driver)?);
        let staging = Arc::new(Staging::new(Arc::clone(&lanes), limit));
        let residency = Residency::new(Arc::clone(&lanes), Arc::clone(&staging), limit);
        Ok(Memory {
            name,
            limit,
            residency: Mutex::new(residency),
            staging,
            lanes,
            partial: Mutex::default(),
        })
    }

    /// The keys of the blocks that have device copies, the one used least recently first.
    pub fn resident(&self) -> Vec<u64> {
        self.residency().resident()
    }

    /// An event after everything that has been put into the lane of launches.
    ///
    /// # Errors
    /// What the driver says.
    pub fn finish(&self) -> Outcome<()> {
        let mark = self.lanes.mark(Lane::Launch)?;
        mark.pass()
    }

    /// Puts a launch into its lane: `enqueue` is given the addresses of the blocks, in their order, and the stream.
    ///
    /// # Errors
    /// If there are no such blocks, no room for all of them at once, or `enqueue` fails.
    pub fn launch(
        &self,
        accesses: &[Access],
        enqueue: impl FnOnce(&[crate::driver::Address], crate::driver::Stream) -> Outcome<()>,
    ) -> Outcome<()> {
        self.residency().launch(accesses, enqueue)
    }

    fn partial(&self) -> MutexGuard<'_, ()> {
        self.partial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn residency(&self) -> MutexGuard<'_, Residency> {
        self.residency
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event that goes back to a list of idle ones.
#[derive(Debug)]
struct EventHandle {
    event: Event,
    lanes: Arc<Lanes>,
}

impl Drop for EventHandle {
    fn drop(&mut self) {
        self.lanes.give_back(self.event);
    }
}

/// A point in a lane: see the module's page.
#[derive(Debug, Clone)]
struct Mark {
    lane: Lane,
    event: Arc<EventHandle>,
}

impl Mark {
    /// Waits until it has passed.
    fn pass(&self) -> Outcome<()> {
        self.event.lanes.driver().synchronize(self.event.event)
    }

    fn has_passed(&self) -> bool {
        // A device that has failed does nothing more.
        self.event
            .lanes
            .driver()
            .passed(self.event.event)
            .unwrap_or(true)
    }
}

/// There is no room, however much leaves the device.
fn no_room(bytes: usize, limit: u64, fixed: u64) -> DriverError {
    DriverError {
        call: "allocate",
        failure: Failure::OutOfMemory,
        said: format!(
            "no room for {bytes} bytes: {fixed} of {limit} are used by the same launch; cut the array into smaller blocks"
        ),
    }
}

/// Sizes are rounded up, by an eighth at most, so that memory that is given back fits what comes next.
fn class(bytes: usize) -> usize {
    let bytes = bytes.max(512);
    bytes.next_multiple_of((1 << bytes.ilog2()) / 8)
}
