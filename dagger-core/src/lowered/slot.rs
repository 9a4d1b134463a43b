//! Where the parallel form keeps a value between the node that makes it and those that use it.

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// Room for one value, in the frame of a graph.
///
/// Who may touch it when is decided by the graph's edges; that is why all access is unsafe.
/// What is still in it when it is dropped is dropped.
pub struct Slot<T> {
    full: Cell<bool>,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: a slot is shared by the nodes of one graph, whose edges order every pair of
// conflicting accesses (the frame's join counters synchronise them). That its value may be used on several threads at
// all is checked by the `rules`, which the expansion applies to each slot.
unsafe impl<T> Sync for Slot<T> {}

impl<T> std::fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot::new()
    }
}

impl<T> Slot<T> {
    /// An empty slot.
    #[inline(always)]
    pub const fn new() -> Self {
        Slot {
            full: Cell::new(false),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// A slot with this value in it.
    #[inline(always)]
    pub const fn full(value: T) -> Self {
        Slot {
            full: Cell::new(true),
            value: UnsafeCell::new(MaybeUninit::new(value)),
        }
    }

    /// The type of the value, for the [`rules`](crate::rules).
    #[inline(always)]
    pub fn of(&self) -> PhantomData<T> {
        PhantomData
    }

    /// Whether a value is in it.
    pub(crate) fn is_full(&self) -> bool {
        self.full.get()
    }

    /// Puts the value in.
    ///
    /// # Safety
    /// The slot is empty, and no other access is concurrent.
    #[inline(always)]
    pub unsafe fn put(&self, value: T) {
        // SAFETY: the caller has the slot for itself.
        unsafe { (*self.value.get()).write(value) };
        self.full.set(true);
    }

    /// The value, to read.
    ///
    /// # Safety
    /// The slot is full and stays so for `'a`, with no concurrent write.
    #[inline(always)]
    pub unsafe fn shared<'a>(&self) -> &'a T {
        // SAFETY: the caller vouches that it is initialised and only read for `'a`.
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    /// The value, to change.
    ///
    /// # Safety
    /// The slot is full and stays so for `'a`, with no other access meanwhile.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn unique<'a>(&self) -> &'a mut T {
        // SAFETY: the caller vouches that it is initialised and not otherwise accessed for `'a`.
        unsafe { (*self.value.get()).assume_init_mut() }
    }

    /// Moves the value out.
    ///
    /// # Safety
    /// The slot is full, and no other access is concurrent.
    #[inline(always)]
    pub unsafe fn take(&self) -> T {
        self.full.set(false);
        // SAFETY: the caller vouches that it is initialised; the flag now says it is empty.
        unsafe { (*self.value.get()).assume_init_read() }
    }
}

impl<T> Drop for Slot<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.full.get() {
            // SAFETY: the flag says that it is initialised, and `&mut self` that nobody else is here.
            unsafe { self.value.get_mut().assume_init_drop() };
        }
    }
}
