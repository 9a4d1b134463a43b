//! Page-locked buffers, which copies go through. Who has copied into one hands it over to the device and forgets it: it is used again
//! after its copies are done.

use super::lanes::Lanes;
use super::{Mark, class};
use crate::driver::{Outcome, Pinned};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Staging {
    lanes: Arc<Lanes>,
    limit: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Bytes that the driver has given and not got back.
    held: u64,
    /// Nobody's, with the marks of copies that may still run.
    idle: Vec<(Pinned, Vec<Mark>)>,
}

/// A buffer. Its last owner's going puts it on the list of idle ones.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) pinned: Pinned,
    staging: Arc<Staging>,
    marks: Mutex<Vec<Mark>>,
}

impl Staging {
    pub(super) fn new(lanes: Arc<Lanes>, limit: u64) -> Self {
        Staging {
            lanes,
            limit,
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer of at least so many bytes, which no copy uses.
    pub(super) fn take(self: &Arc<Self>, bytes: usize) -> Outcome<Arc<Buffer>> {
        let class = class(bytes);
        let mut inner = self.inner();
        let fits = |(pinned, marks): &(Pinned, Vec<Mark>)| {
            pinned.bytes == class && marks.iter().all(Mark::has_passed)
        };
        let pinned = match inner.idle.iter().position(fits) {
            Some(at) => inner.idle.swap_remove(at).0,
            None => {
                while inner.held + class as u64 > self.limit && !inner.idle.is_empty() {
                    self.release(&mut inner)?;
                }
                let pinned = self.lanes.driver().pin(class)?;
                inner.held += class as u64;
                pinned
            }
        };
        drop(inner);
        Ok(Arc::new(Buffer {
            pinned,
            staging: Arc::clone(self),
            marks: Mutex::default(),
        }))
    }

    /// Whether so much more can be taken without going over the limit.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let inner = self.inner();
        let idle: usize = inner.idle.iter().map(|(pinned, _)| pinned.bytes).sum();
        inner.held - idle as u64 + class(bytes) as u64 <= self.limit
    }

    fn release(&self, inner: &mut Inner) -> Outcome<()> {
        let (pinned, marks) = inner.idle.swap_remove(0);
        for mark in &marks {
            mark.pass()?;
        }
        self.lanes.driver().unpin(pinned)?;
        inner.held -= pinned.bytes as u64;
        Ok(())
    }

    /// Gives all idle buffers back.
    pub(super) fn clear(&self) {
        let mut inner = self.inner();
        while !inner.idle.is_empty() {
            // On a device that has failed nothing can be given back.
            let _ = self.release(&mut inner);
        }
    }
}

impl Buffer {
    /// A copy from or to it ends there.
    pub(super) fn used_until(&self, mark: Mark) {
        self.marks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(mark);
    }

    /// Its first bytes.
    ///
    /// # Safety
    /// Nothing writes to it meanwhile.
    pub(super) unsafe fn bytes(&self, length: usize) -> &[u8] {
        debug_assert!(length <= self.pinned.bytes);
        let start = std::ptr::with_exposed_provenance(self.pinned.address);
        // SAFETY: the driver has given so many bytes, which stay until `Drop`, and nothing writes to them, says the caller.
        unsafe { std::slice::from_raw_parts(start, length.min(self.pinned.bytes)) }
    }

    /// The same for changing them.
    ///
    /// # Safety
    /// Nothing else uses it meanwhile.
    // One owner of several may fill it: who it is, is the caller's promise.
    #[allow(clippy::mut_from_ref)]
    pub(super) unsafe fn bytes_mut(&self, length: usize) -> &mut [u8] {
        debug_assert!(length <= self.pinned.bytes);
        let start = std::ptr::with_exposed_provenance_mut(self.pinned.address);
        // SAFETY: as in `bytes`, and nothing else uses them.
        unsafe { std::slice::from_raw_parts_mut(start, length.min(self.pinned.bytes)) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let marks = self.marks.get_mut().unwrap_or_else(PoisonError::into_inner);
        let marks = std::mem::take(marks);
        self.staging.inner().idle.push((self.pinned, marks));
    }
}
