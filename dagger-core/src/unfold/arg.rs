//! A place in the user's data that a node will borrow.

/// A place that a node reads.
pub struct Arg<T: ?Sized>(*const T);

/// A place that a node changes.
pub struct ArgMut<T: ?Sized>(*mut T);

macro_rules! place {
    ($name:ident) => {
        impl<T: ?Sized> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T: ?Sized> Copy for $name<T> {}

        // SAFETY: only a pointer; the graph orders the accesses through it, and the expansion checks the type.
        unsafe impl<T: ?Sized> Send for $name<T> {}
        // SAFETY: as above.
        unsafe impl<T: ?Sized> Sync for $name<T> {}

        impl<T: ?Sized> std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

place!(Arg);
place!(ArgMut);

impl<T: ?Sized> Arg<T> {
    /// The place at `pointer`, announced for no node: what the driver itself has used.
    #[inline(always)]
    pub fn new(pointer: *const T) -> Self {
        Arg(pointer)
    }

    pub(super) fn pointer(&self) -> *const T {
        self.0
    }

    /// The value.
    ///
    /// # Safety
    /// Called inside the node it was announced for; the reference does not outlive it.
    #[inline(always)]
    pub unsafe fn get<'a>(self) -> &'a T {
        // SAFETY: the graph lets nobody write there while this node runs.
        unsafe { &*self.0 }
    }
}

impl<T: ?Sized> ArgMut<T> {
    /// The place at `pointer`, announced for no node: what the driver itself has used.
    #[inline(always)]
    pub fn new(pointer: *mut T) -> Self {
        ArgMut(pointer)
    }

    pub(super) fn pointer(&self) -> *const T {
        self.0
    }

    /// The value, to change.
    ///
    /// # Safety
    /// Called inside the node it was announced for; the reference does not outlive it and is the only one.
    #[inline(always)]
    pub unsafe fn get<'a>(self) -> &'a mut T {
        // SAFETY: the graph lets nobody else use the place while this node runs.
        unsafe { &mut *self.0 }
    }
}
