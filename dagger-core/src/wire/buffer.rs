//! Bulk bytes that have arrived.

use crate::error::{Error, Result};
use crate::wire::Bulk;
use std::alloc::{self, Layout};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Memory that a transport receives a piece into, allocated so that it can become a vector without a copy.
pub struct Buffer {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a buffer owns its bytes, like a `Vec<u8>`.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `length` bytes, all zero, at a multiple of `align`.
    ///
    /// # Errors
    /// When there is no such layout or no memory.
    pub fn zeroed(length: usize, align: usize) -> Result<Self> {
        // SAFETY: all bytes are written: zero.
        unsafe {
            Buffer::allocate(length, align, |layout| {
                let start = alloc::alloc_zeroed(layout);
                if let Some(start) = NonNull::new(start) {
                    ask_for_large_pages(start, length);
                }
                start
            })
        }
    }

    /// A copy of these bytes, at a multiple of `align`.
    ///
    /// # Errors
    /// As for [`zeroed`](Self::zeroed).
    pub fn copy_of(bytes: &[u8], align: usize) -> Result<Self> {
        let copy = |layout| {
            // SAFETY: the size is not zero.
            let start = unsafe { alloc::alloc(layout) };
            if let Some(start) = NonNull::new(start) {
                ask_for_large_pages(start, bytes.len());
                // SAFETY: the new memory has as many bytes, and nobody else knows it.
                unsafe { start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
            }
            start
        };
        // SAFETY: all bytes are written: copied.
        unsafe { Buffer::allocate(bytes.len(), align, copy) }
    }

    /// A buffer in the memory that `allocator` gives for a layout, whose size is not zero.
    ///
    /// # Safety
    /// The memory is null, or the global allocator's for that layout with every byte written.
    unsafe fn allocate(
        length: usize,
        align: usize,
        allocator: impl FnOnce(Layout) -> *mut u8,
    ) -> Result<Self> {
        let layout = Layout::from_size_align(length, align).map_err(|_| {
            Error::msg(format!(
                "no memory can have {length} bytes at multiples of {align}"
            ))
        })?;
        if length == 0 {
            let start = layout.dangling_ptr();
            return Ok(Buffer { start, layout });
        }
        match NonNull::new(allocator(layout)) {
            Some(start) => Ok(Buffer { start, layout }),
            None => Err(Error::msg(format!(
                "no memory for {length} bytes that are to be received"
            ))),
        }
    }

    /// The bytes as elements. Without a copy where length and alignment fit, which they do between ranks of one build.
    ///
    /// # Errors
    /// When the length is no multiple of the element's.
    pub fn into_vec<T: Bulk>(self) -> Result<Vec<T>> {
        let (length, size) = (self.len(), size_of::<T>());
        if size == 0 || !length.is_multiple_of(size) {
            return Err(Error::msg(format!(
                "{length} bytes are no whole number of elements of {size} bytes"
            )));
        }
        if self.layout.align() != align_of::<T>() || length == 0 {
            return Ok(bytemuck::allocation::pod_collect_to_vec(&self));
        }
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: allocated by the global allocator with just this size and alignment; all bytes are written, and any are a `T`.
        Ok(
            unsafe {
                Vec::from_raw_parts(this.start.as_ptr().cast(), length / size, length / size)
            },
        )
    }
}

/// Smaller memory is not worth a call of the system.
#[cfg(target_os = "linux")]
const WORTH_ASKING: usize = 4 << 20;

/// Asks the system for pages of 2 MiB: memory that a message is about to fill is touched for the first time, and with pages of 4 KiB that can
/// take several times as long as the transfer.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(start: NonNull<u8>, length: usize) {
    const PAGE: usize = 2 << 20;
    if length < WORTH_ASKING {
        return;
    }
    let address = start.addr().get();
    let (first, end) = (
        address.next_multiple_of(PAGE),
        (address + length) & !(PAGE - 1),
    );
    // SAFETY: whole pages inside memory that is ours. It is only advice: contents stay, and where the system does not take it, nothing happens.
    unsafe {
        let first_page = start.as_ptr().add(first - address);
        libc::madvise(first_page.cast(), end - first, libc::MADV_HUGEPAGE);
    }
}

/// Other systems decide by themselves.
#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_: NonNull<u8>, _: usize) {}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: so many bytes are ours, all written; a dangling start has none.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.layout.size()) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.layout.size()) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.layout.size() != 0 {
            // SAFETY: allocated with this layout.
            unsafe { alloc::dealloc(self.start.as_ptr(), self.layout) };
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} bytes)", self.len())
    }
}
