//! Values that are made and used inside a loop form.

use super::Unfold;
use super::accesses::Lone;
use crate::Result;
use crate::lowered::Crosses;
use crate::rules::PassedOn;
use crate::slices::Place;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A variable of the loop form. While the driver runs things itself the value is right here; once a node makes or
/// uses it, it moves to the heap, where nodes share it. Used by the driver only.
pub struct Var<T> {
    value: UnsafeCell<Option<T>>,
    shared: UnsafeCell<Option<Arc<Shared<T>>>>,
    record: UnsafeCell<Lone>,
}

/// A prepared graph that takes a value which none of its own nodes makes cannot run twice.
const GONE: &str = "the value was taken by an earlier run of this prepared graph";

/// A value on the heap; who may touch it when is decided by the edges between the nodes that hold it.
pub struct Shared<T> {
    full: Cell<bool>,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: accesses are ordered by the graph, whose edges the `Var` records; crossing threads is checked by
// the `Crosses` and `PassedOn` bounds of the functions that hand the value to nodes.
unsafe impl<T> Sync for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Shared<T> {}

impl<T> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl<T> Place for Shared<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        self.full.get()
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise.
        unsafe { self.put(value) };
    }
}

impl<T> Shared<T> {
    /// Room without a value.
    pub(super) fn empty() -> Self {
        Shared {
            full: Cell::new(false),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Where the value is, or will be.
    pub(super) fn pointer(&self) -> *mut T {
        self.value.get().cast()
    }

    /// # Safety
    /// Nobody else accesses the value meanwhile.
    unsafe fn put(&self, value: T) {
        if self.full.replace(true) {
            // SAFETY: the caller's promise, and `full` was set: left over from an earlier run of a prepared graph.
            unsafe { (*self.value.get()).assume_init_drop() };
        }
        // SAFETY: the caller's promise.
        unsafe { (*self.value.get()).write(value) };
    }

    /// # Safety
    /// The value is there, and nobody else accesses it meanwhile.
    unsafe fn take(&self) -> T {
        assert!(self.full.replace(false), "{GONE}");
        // SAFETY: it was full; `full` now says that it is gone.
        unsafe { (*self.value.get()).assume_init_read() }
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        if self.full.get() {
            // SAFETY: `full` says that it is initialised.
            unsafe { self.value.get_mut().assume_init_drop() };
        }
    }
}

impl<T> std::fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Var").finish_non_exhaustive()
    }
}

impl<T> Default for Var<T> {
    fn default() -> Self {
        Var::new()
    }
}

impl<T> Var<T> {
    /// A variable without a value yet.
    #[inline(always)]
    pub fn new() -> Self {
        Var {
            value: UnsafeCell::new(None),
            shared: UnsafeCell::new(None),
            record: UnsafeCell::new(Lone::default()),
        }
    }

    /// A variable that has its value already.
    #[inline(always)]
    pub fn ready(value: T) -> Self {
        Var {
            value: UnsafeCell::new(Some(value)),
            shared: UnsafeCell::new(None),
            record: UnsafeCell::new(Lone::default()),
        }
    }

    /// Gives it a value, by the driver.
    ///
    /// # Safety
    /// No node that uses the variable is under way, and no reference to its value is alive.
    #[inline(always)]
    pub unsafe fn put(&self, value: T) {
        // SAFETY: the caller's promise, and the driver is one thread.
        unsafe {
            *self.shared.get() = None;
            *self.value.get() = Some(value);
        }
    }

    /// The value, read by the driver.
    ///
    /// # Safety
    /// It is there, and no node that changes it is under way.
    ///
    /// # Panics
    /// If there is no value.
    #[inline(always)]
    pub unsafe fn shared<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe {
            match (&*self.shared.get(), &*self.value.get()) {
                (Some(shared), _) => (*shared.value.get()).assume_init_ref(),
                (None, Some(value)) => value,
                (None, None) => unreachable!("the expansion uses a variable before it has a value"),
            }
        }
    }

    /// The value, changed by the driver.
    ///
    /// # Safety
    /// It is there, no node that uses it is under way, and no other reference to it is alive.
    ///
    /// # Panics
    /// If there is no value.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn unique<'a>(&self) -> &'a mut T {
        // SAFETY: the caller's promise.
        unsafe {
            match (&*self.shared.get(), &mut *self.value.get()) {
                (Some(shared), _) => (*shared.value.get()).assume_init_mut(),
                (None, Some(value)) => value,
                (None, None) => unreachable!("the expansion uses a variable before it has a value"),
            }
        }
    }

    /// Moves the value out, by the driver.
    ///
    /// # Safety
    /// It is there, no node that uses it is under way, and no reference to it is alive.
    ///
    /// # Panics
    /// If there is no value.
    #[inline(always)]
    pub unsafe fn take(&self) -> T {
        // SAFETY: the caller's promise.
        unsafe {
            match ((*self.shared.get()).take(), (*self.value.get()).take()) {
                (Some(shared), _) => shared.take(),
                (None, Some(value)) => value,
                (None, None) => unreachable!("the expansion uses a variable before it has a value"),
            }
        }
    }

    /// Moves the value, or the room for it, to where nodes share it, so that it stays where it is from now on: before the driver
    /// keeps a borrow of it.
    pub fn pin(&self) {
        drop(self.on_heap());
    }

    /// The value on the heap, moved there if it was not.
    fn on_heap(&self) -> Arc<Shared<T>> {
        // SAFETY: the driver is one thread, and the references do not leave this function.
        let (value, shared) = unsafe { (&mut *self.value.get(), &mut *self.shared.get()) };
        Arc::clone(shared.get_or_insert_with(|| {
            let value = value.take();
            Arc::new(Shared {
                full: Cell::new(value.is_some()),
                value: UnsafeCell::new(value.map_or(MaybeUninit::uninit(), MaybeUninit::new)),
            })
        }))
    }
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<T>(Arc<Shared<T>>);

        // SAFETY: the type was checked by the function that made the handle; accesses are ordered by the graph.
        unsafe impl<T> Send for $name<T> {}
        // SAFETY: as above.
        unsafe impl<T> Sync for $name<T> {}

        impl<T> $name<T> {
            pub(super) fn of(shared: Arc<Shared<T>>) -> Self {
                $name(shared)
            }

            pub(super) fn shared(&self) -> &Arc<Shared<T>> {
                &self.0
            }
        }

        impl<T> std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

handle! {
    /// The right of a node to make the value.
    Output
}
handle! {
    /// The right of a node to read the value.
    Input
}
handle! {
    /// The right of a node to change the value, or to put another one in its place.
    InputMut
}
handle! {
    /// The right of a node to take the value.
    Taking
}

impl<T> Output<T> {
    /// Puts the value in.
    ///
    /// # Safety
    /// Called inside the node the output was made for.
    #[inline(always)]
    pub unsafe fn put(&self, value: T) {
        // SAFETY: the graph lets nobody else use the value while this node runs.
        unsafe { self.0.put(value) };
    }
}

impl<T> Input<T> {
    /// The value.
    ///
    /// # Safety
    /// Called inside the node the input was made for; the reference does not outlive it.
    #[inline(always)]
    pub unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the graph lets nobody write while this node runs, and its writer has ended.
        unsafe {
            assert!(self.0.full.get(), "{GONE}");
            (*self.0.value.get()).assume_init_ref()
        }
    }
}

impl<T> InputMut<T> {
    /// The value, to change.
    ///
    /// # Safety
    /// Called inside the node the input was made for; the reference does not outlive it and is the only one.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get<'a>(&self) -> &'a mut T {
        // SAFETY: the graph lets nobody else use the value while this node runs.
        unsafe {
            assert!(self.0.full.get(), "{GONE}");
            (*self.0.value.get()).assume_init_mut()
        }
    }

    /// Puts a value in the place of one that was taken.
    ///
    /// # Safety
    /// Called inside the node the input was made for.
    #[inline(always)]
    pub unsafe fn put(&self, value: T) {
        // SAFETY: the graph lets nobody else use the value while this node runs.
        unsafe { self.0.put(value) };
    }

    /// Moves the value out.
    ///
    /// # Safety
    /// Called inside the node the input was made for, once.
    #[inline(always)]
    pub unsafe fn take(&self) -> T {
        // SAFETY: the graph lets nobody else use the value while this node runs or later.
        unsafe { self.0.take() }
    }
}

impl<T> Taking<T> {
    /// Moves the value out.
    ///
    /// # Safety
    /// Called inside the node the input was made for, once.
    #[inline(always)]
    pub unsafe fn take(&self) -> T {
        // SAFETY: the graph lets nobody else use the value while this node runs or later.
        unsafe { self.0.take() }
    }
}

impl Unfold<'_> {
    /// Waits until the nodes that make `var` have ended: the driver is going to look at it.
    ///
    /// # Errors
    /// When a node has failed: the driver is to return it.
    #[inline]
    pub fn awaited<T>(&self, var: &Var<T>) -> Result<()> {
        if self.far().is_some() {
            return self.drain();
        }
        let (Some(window), Some(worker)) = (self.window(), self.worker) else {
            return Ok(());
        };
        // A node may be half announced.
        let announced = self.after.take();
        self.find_var(&var.record, false);
        let makers = self.after.replace(announced);
        window.settle(worker, &makers);
        if self.has_failed() {
            return Err(super::stopped());
        }
        Ok(())
    }

    /// The next node makes the value of `var`, anew.
    pub fn output<T: Crosses>(&self, var: &Var<T>) -> Output<T> {
        // SAFETY: the driver is one thread; nodes that use the old value hold it themselves.
        unsafe {
            *var.shared.get() = None;
            *var.value.get() = None;
            *var.record.get() = Lone::default();
        }
        self.find_var(&var.record, true);
        Output(var.on_heap())
    }

    /// The same for a value that nodes come to [read](Self::input): their type is asked for all of it here, where it is made.
    pub fn output_passed_on<T: PassedOn>(&self, var: &Var<T>) -> Output<T> {
        self.output(var)
    }

    /// The next node reads `var`.
    pub fn input<T: PassedOn>(&self, var: &Var<T>) -> Input<T> {
        self.find_var(&var.record, false);
        Input(var.on_heap())
    }

    /// The next node changes `var`, or assigns to it.
    pub fn input_mut<T: Crosses>(&self, var: &Var<T>) -> InputMut<T> {
        self.find_var(&var.record, true);
        InputMut(var.on_heap())
    }

    /// The next node takes the value of `var`.
    pub fn input_take<T: Crosses>(&self, var: &Var<T>) -> Taking<T> {
        self.find_var(&var.record, true);
        Taking(var.on_heap())
    }
}
