//! A caller's local variable that several nodes use and at least one changes or consumes.

use std::cell::Cell;
use std::marker::PhantomData;

/// A pointer to a caller's local, from which nodes borrow or move as the graph's edges allow.
pub struct Outer<T: ?Sized> {
    place: *mut T,
    consumed: Cell<bool>,
}

// SAFETY: like a slot, it is only accessed by the nodes of one graph, in an order that the
// graph's edges fix for conflicting accesses; the `rules` check the type.
unsafe impl<T: ?Sized> Sync for Outer<T> {}
// SAFETY: as above; it is only a pointer.
unsafe impl<T: ?Sized> Send for Outer<T> {}

impl<T: ?Sized> std::fmt::Debug for Outer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outer").finish_non_exhaustive()
    }
}

impl<T> Outer<T> {
    /// The local at `place` (`&raw const x`), which is only read or moved out of.
    #[inline(always)]
    pub fn new(place: *const T) -> Self {
        Outer {
            place: place.cast_mut(),
            consumed: Cell::new(false),
        }
    }

    /// The local at `place` (`&raw mut x`).
    #[inline(always)]
    pub fn new_mut(place: *mut T) -> Self {
        Outer {
            place,
            consumed: Cell::new(false),
        }
    }

    /// A place with nothing in it.
    pub(crate) fn to_nothing(place: *mut T) -> Self {
        Outer {
            place,
            consumed: Cell::new(true),
        }
    }

    /// Whether the value has been moved out and none put back.
    pub(crate) fn is_consumed(&self) -> bool {
        self.consumed.get()
    }

    /// The type of the variable, for the [`rules`](crate::rules).
    #[inline(always)]
    pub fn of(&self) -> PhantomData<T> {
        PhantomData
    }

    /// The variable, to read.
    ///
    /// # Safety
    /// It is initialised, and nobody changes or moves it during `'a`.
    #[inline(always)]
    pub unsafe fn shared<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise; the place outlives the graph, which outlives `self`'s uses.
        unsafe { &*self.place }
    }

    /// The variable, to change.
    ///
    /// # Safety
    /// It is initialised, made by [`new_mut`](Self::new_mut), and nobody else touches it during `'a`.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn unique<'a>(&self) -> &'a mut T {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.place }
    }

    /// Moves the value out; the variable counts as consumed from here on.
    ///
    /// # Safety
    /// It is initialised, nobody else touches it meanwhile or later, and the expansion settles it after the graph.
    #[inline(always)]
    pub unsafe fn read(&self) -> T {
        self.consumed.set(true);
        // SAFETY: the caller's promise; `settle` makes the caller's scope forget its copy.
        unsafe { std::ptr::read(self.place) }
    }

    /// Puts a value in the place of one that was read out.
    ///
    /// # Safety
    /// [`read`](Self::read) was called and nothing put back since, and nobody else touches the variable meanwhile.
    #[inline(always)]
    pub unsafe fn put_back(&self, value: T) {
        // SAFETY: the caller's promise: the place is the caller's local, and its old value is gone.
        unsafe { std::ptr::write(self.place, value) };
        self.consumed.set(false);
    }

    /// After the graph: makes the caller's scope agree with what happened. `witness` is a
    /// closure that uses the variable as the consuming node did, so that it has captured the variable by value exactly if
    /// that use moved it. If a node consumed the value, the captured bits are forgotten; if none did, they are dropped here.
    #[inline(always)]
    pub fn settle<W>(&self, witness: W) {
        if self.consumed.get() {
            std::mem::forget(witness);
        } else {
            drop(witness);
        }
    }
}
