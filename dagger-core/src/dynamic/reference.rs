//! Counted references to tasks whose types are not known.

use crate::dynamic::block::Header;
use crate::dynamic::reclaim;
use std::ptr::NonNull;

/// One counted reference to a task, without its type.
#[derive(Debug)]
pub(crate) struct Reference(NonNull<Header>);

// SAFETY: a reference only gives access to the header, whose shared parts are atomic; what the value's type allows is
// checked where a typed handle is made.
unsafe impl Send for Reference {}
// SAFETY: as above.
unsafe impl Sync for Reference {}

impl Reference {
    /// Takes over a reference that the caller owns.
    ///
    /// # Safety
    /// The caller owns one reference and forgets it.
    pub(crate) unsafe fn adopt(header: NonNull<Header>) -> Self {
        Reference(header)
    }

    /// The task.
    #[inline]
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: a reference keeps the block.
        unsafe { self.0.as_ref() }
    }

    /// Its address.
    pub(crate) fn pointer(&self) -> NonNull<Header> {
        self.0
    }
}

impl Clone for Reference {
    #[inline]
    fn clone(&self) -> Self {
        self.header().word.reference();
        Reference(self.0)
    }
}

impl Drop for Reference {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this reference is given up here, once.
        unsafe { reclaim::release(self.0) };
    }
}
