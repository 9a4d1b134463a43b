//! The one door to atomics and fences, so that `loom` can stand in for them.
//!
//! Everything lock-free in this crate imports from here. Under `--cfg loom` the
//! types are loom's and every interleaving of a test is explored; otherwise they
//! are the standard library's.

#[cfg(loom)]
pub(crate) use loom::sync::atomic;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic;

/// A lock that loom can watch.
#[cfg(loom)]
pub(crate) use loom::sync::Mutex;
/// A lock that loom can watch.
#[cfg(not(loom))]
pub(crate) use std::sync::Mutex;

/// A hint to the processor that this is a short busy-wait.
#[inline]
pub(crate) fn spin_loop() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    std::hint::spin_loop();
}

/// Atomics for process-wide `static`s, which loom cannot model: its atomics live only inside one model run.
pub(crate) mod statics {
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering,
    };
}

/// A cell whose accesses loom can watch. Same size and cost as [`std::cell::UnsafeCell`].
#[cfg(loom)]
pub(crate) use loom::cell::UnsafeCell;

/// A cell whose accesses loom can watch. Same size and cost as [`std::cell::UnsafeCell`].
#[cfg(not(loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    /// Wraps `value`.
    pub(crate) const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// The value, by its only owner.
    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }

    /// Gives `f` the address for reading. The caller upholds that nobody writes meanwhile.
    #[inline(always)]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Gives `f` the address for writing. The caller upholds that nobody else looks meanwhile.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// Stands for memory that is only reached through raw pointers, so that loom can tell who uses it without having synchronised
/// with those who did before. Without loom it is nothing at all.
#[derive(Debug)]
pub(crate) struct Watched {
    #[cfg(loom)]
    cell: UnsafeCell<()>,
}

impl Watched {
    /// For memory that only the caller knows.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Watched {
            #[cfg(loom)]
            cell: UnsafeCell::new(()),
        }
    }

    /// The memory is about to be read, or has just been.
    #[inline(always)]
    pub(crate) fn read(&self) {
        #[cfg(loom)]
        self.cell.with(|_| ());
    }

    /// The memory is about to be written, moved out of or freed.
    #[inline(always)]
    pub(crate) fn write(&self) {
        #[cfg(loom)]
        self.cell.with_mut(|_| ());
    }
}
