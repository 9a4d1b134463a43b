//! What a node of a loop captures, each thing by itself, so that another process of the same build can put the node together again over places of its
//! own.
//!
//! The expansion's closure captures nothing: it is called with its captures. A third closure, without captures too, says of each capture how it
//! [travels](Passage); its method calls ask rustc whether the type is `Wire`.

use super::arg::{Arg, ArgMut};
use super::var::{Input, InputMut, Output, Shared, Taking};
use crate::Result;
use crate::lowered::{At, Keep};
use crate::slices::{Field, Place, Use};
use crate::wire::Wire;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A node's closure and what it is called with.
pub struct Bound<C, F, G> {
    pub(super) captures: C,
    pub(super) run: F,
    pub(super) carried: G,
}

impl<C, F, G> std::fmt::Debug for Bound<C, F, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").finish_non_exhaustive()
    }
}

/// A node that calls `run` with its captures; `carried` says how these travel.
#[inline(always)]
pub fn bound<C, F, G>(captures: C, run: F, carried: G) -> Bound<C, F, G>
where
    C: Captures,
    F: Fn(&At<'_>, &C) -> Result<()>,
    G: Fn(&C, &mut Vec<Passage>),
{
    Bound {
        captures,
        run,
        carried,
    }
}

/// A node that stays on this worker, whatever its closure captures: for loops written by hand, as in tests.
#[allow(
    clippy::type_complexity,
    reason = "closures have no names that a type could be written with"
)]
pub fn bound_here<F: Fn(&At<'_>) -> Result<()>>(
    run: F,
) -> Bound<(), impl Fn(&At<'_>, &()) -> Result<()>, impl Fn(&(), &mut Vec<Passage>)> {
    bound((), move |at: &At<'_>, (): &()| run(at), |(), _| {})
}

/// A small value of the driver's own, of which the node has a copy.
pub struct Own<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: it is written before the node runs, and only read then.
unsafe impl<T: Send> Sync for Own<T> {}

impl<T> std::fmt::Debug for Own<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}

impl<T: Copy> Own<T> {
    /// A copy for a node.
    #[inline(always)]
    pub fn new(value: T) -> Self {
        Own(UnsafeCell::new(MaybeUninit::new(value)))
    }

    /// The value.
    ///
    /// # Safety
    /// Called inside the node.
    #[inline(always)]
    pub unsafe fn get(&self) -> T {
        // SAFETY: made with a value, or filled before the node runs.
        unsafe { (*self.0.get()).assume_init() }
    }
}

/// A variable that nodes only look at.
pub struct Lent<'l, T: ?Sized> {
    pointer: *const T,
    of: PhantomData<&'l T>,
}

// SAFETY: as for the reference that it was made of.
unsafe impl<T: ?Sized + Sync> Send for Lent<'_, T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync> Sync for Lent<'_, T> {}

impl<T: ?Sized> std::fmt::Debug for Lent<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lent").finish_non_exhaustive()
    }
}

impl<'l, T: ?Sized> Lent<'l, T> {
    /// What a reference refers to.
    #[inline(always)]
    pub fn new(reference: &'l T) -> Self {
        Lent {
            pointer: reference,
            of: PhantomData,
        }
    }

    /// The reference.
    ///
    /// # Safety
    /// Called inside the node.
    #[inline(always)]
    pub unsafe fn get(&self) -> &'l T {
        // SAFETY: made of a reference, or of a room that is full before the node runs and outlives it.
        unsafe { &*self.pointer }
    }
}

/// The place of a value that is just a value, behind a pointer.
#[derive(Debug)]
#[repr(transparent)]
pub struct Bare<T: ?Sized>(UnsafeCell<T>);

impl<T> Place for Bare<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        true
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe { &*self.0.get() }
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise.
        unsafe { *self.0.get() = value };
    }
}

impl<T: Copy> Place for Own<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        true
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: only asked where it was made with a value.
        unsafe { (*self.0.get()).assume_init_ref() }
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise; what is copied needs no drop.
        unsafe { (*self.0.get()).write(value) };
    }
}

/// A place on a worker that has the graph from elsewhere.
#[derive(Debug)]
pub(crate) struct Room {
    /// From `Arc::into_raw`.
    shared: *const (),
    value: *mut (),
    field: Field,
    forget: unsafe fn(*const ()),
}

impl Room {
    fn new<T: Wire>() -> Room {
        let shared = Arc::new(Shared::<T>::empty());
        let value = shared.pointer().cast();
        let shared = Arc::into_raw(shared);
        Room {
            field: Field::travelling(shared),
            shared: shared.cast(),
            value,
            forget: forget::<T>,
        }
    }

    pub(crate) fn field(&self) -> Field {
        self.field
    }

    /// # Safety
    /// The room was made for a `T`.
    unsafe fn shared<T>(&self) -> Arc<Shared<T>> {
        // SAFETY: the room has a count of its own, and the rest is the caller's promise.
        unsafe {
            Arc::increment_strong_count(self.shared.cast::<Shared<T>>());
            Arc::from_raw(self.shared.cast())
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // SAFETY: `new` made both together.
        unsafe { (self.forget)(self.shared) };
    }
}

/// # Safety
/// `shared` is from `Arc::into_raw`, and is not used again.
unsafe fn forget<T>(shared: *const ()) {
    // SAFETY: the caller's promise.
    drop(unsafe { Arc::from_raw(shared.cast::<Shared<T>>()) });
}

/// How one capture travels.
#[derive(Debug)]
pub struct Passage {
    /// The capture's place here: one that nodes share, or the capture itself, which goes with the node.
    pub(crate) field: Field,
    /// The memory of a place that nodes share, and what the node does with it, as in [`Use`].
    pub(crate) shared: Option<(usize, u8)>,
    /// How many hold the place, where holders are counted.
    pub(crate) holders: Option<unsafe fn(*const ()) -> usize>,
    /// Makes such a place elsewhere; `None` if it cannot travel.
    pub(crate) room: Option<fn() -> Room>,
}

/// Something that a node captures.
pub trait Capture: Sized {
    /// What it leads to.
    type Value: ?Sized;
    /// Where that is.
    type Place: ?Sized;
    /// What the node does with a place that nodes share, as in [`Use`]; 0 if the value goes with the node.
    const HOW: u8;
    /// Where it is, and its size.
    fn place(&self) -> (*const (), usize);
    /// How the holders of its place are counted.
    fn holders() -> Option<unsafe fn(*const ()) -> usize> {
        None
    }
    /// The same over another place; `None` for asking how it travels.
    #[doc(hidden)]
    fn over(room: Option<&RoomOf>) -> Self;
}

/// A room, for the expansion's eyes.
#[derive(Debug)]
pub struct RoomOf(pub(crate) Room);

/// A pointer to a room's value, which is thin as rooms are for sized types only.
fn pointed<P: Copy>(room: Option<&RoomOf>) -> P {
    let value = room.map_or(std::ptr::null_mut(), |room| room.0.value);
    assert!(
        size_of::<P>() == size_of::<*mut ()>(),
        "what has no fixed size stays"
    );
    // SAFETY: both are thin pointers.
    unsafe { std::mem::transmute_copy(&value) }
}

macro_rules! by_pointer {
    ($name:ident, $how:expr) => {
        impl<T: ?Sized> Capture for $name<T> {
            type Value = T;
            type Place = Bare<T>;
            const HOW: u8 = $how;

            fn place(&self) -> (*const (), usize) {
                let pointer = self.pointer();
                let size = if pointer.is_null() {
                    0
                } else {
                    // SAFETY: made of a pointer to a value that is there.
                    unsafe { size_of_val(&*pointer) }
                };
                (pointer.cast(), size)
            }

            fn over(room: Option<&RoomOf>) -> Self {
                $name::new(pointed(room))
            }
        }
    };
}

by_pointer!(Arg, Use::NEEDS);
by_pointer!(ArgMut, Use::NEEDS | Use::MAKES);

impl<T: ?Sized> Capture for Lent<'_, T> {
    type Value = T;
    type Place = Bare<T>;
    const HOW: u8 = Use::NEEDS;

    fn place(&self) -> (*const (), usize) {
        let size = if self.pointer.is_null() {
            0
        } else {
            // SAFETY: made of a reference.
            unsafe { size_of_val(&*self.pointer) }
        };
        (self.pointer.cast(), size)
    }

    fn over(room: Option<&RoomOf>) -> Self {
        Lent {
            pointer: pointed(room),
            of: PhantomData,
        }
    }
}

macro_rules! by_count {
    ($name:ident, $how:expr) => {
        impl<T> Capture for $name<T> {
            type Value = T;
            type Place = Shared<T>;
            const HOW: u8 = $how;

            fn place(&self) -> (*const (), usize) {
                (Arc::as_ptr(self.shared()).cast(), size_of::<Shared<T>>())
            }

            fn holders() -> Option<unsafe fn(*const ()) -> usize> {
                Some(holders::<T>)
            }

            fn over(room: Option<&RoomOf>) -> Self {
                $name::of(match room {
                    // SAFETY: the rooms of a node are made by what its captures say of themselves.
                    Some(room) => unsafe { room.0.shared() },
                    None => Arc::new(Shared::empty()),
                })
            }
        }
    };
}

by_count!(Output, Use::MAKES);
by_count!(Input, Use::NEEDS);
by_count!(InputMut, Use::NEEDS | Use::MAKES);
by_count!(Taking, Use::NEEDS | Use::TAKES);

/// # Safety
/// `shared` points to what an `Arc` holds.
unsafe fn holders<T>(shared: *const ()) -> usize {
    // SAFETY: the caller's promise; the count of the `Arc` made here is given to nobody.
    let shared = unsafe { std::mem::ManuallyDrop::new(Arc::from_raw(shared.cast::<Shared<T>>())) };
    Arc::strong_count(&shared)
}

impl<T> Capture for Keep<T> {
    type Value = T;
    type Place = Keep<T>;
    const HOW: u8 = 0;

    fn place(&self) -> (*const (), usize) {
        ((&raw const *self).cast(), 0)
    }

    fn over(_: Option<&RoomOf>) -> Self {
        Keep::empty()
    }
}

impl<T: Copy> Capture for Own<T> {
    type Value = T;
    type Place = Own<T>;
    const HOW: u8 = 0;

    fn place(&self) -> (*const (), usize) {
        ((&raw const *self).cast(), 0)
    }

    fn over(_: Option<&RoomOf>) -> Self {
        Own(UnsafeCell::new(MaybeUninit::uninit()))
    }
}

/// A capture of which rustc is asked whether its value travels: the method of [`Remains`] is found if it does not.
#[derive(Debug)]
pub struct Carries<'c, H>(pub &'c H);

/// How every capture is seen.
pub trait Remains {
    /// How it travels: not at all.
    fn carried(&self) -> Passage;
}

impl<H: Capture> Remains for Carries<'_, H> {
    fn carried(&self) -> Passage {
        let (place, size) = self.0.place();
        Passage {
            field: Field::staying::<H::Value>(place),
            shared: (H::HOW != 0).then_some((size, H::HOW)),
            holders: H::holders(),
            room: None,
        }
    }
}

impl<H> Carries<'_, H>
where
    H: Capture,
    H::Place: Place + Sized,
    <H::Place as Place>::Value: Wire,
{
    /// How it travels.
    pub fn carried(&self) -> Passage {
        let (place, size) = self.0.place();
        Passage {
            field: Field::travelling::<H::Place>(place.cast()),
            shared: (H::HOW != 0).then_some((size, H::HOW)),
            holders: H::holders(),
            room: Some(Room::new::<<H::Place as Place>::Value>),
        }
    }
}

/// The captures of a node: a list `(capture, rest)`, and `()` at its end.
pub trait Captures: Sized {
    /// The same over other places, in order.
    #[doc(hidden)]
    fn over(rooms: &mut dyn Iterator<Item = Option<&RoomOf>>) -> Self;
}

impl Captures for () {
    fn over(_: &mut dyn Iterator<Item = Option<&RoomOf>>) -> Self {}
}

impl<H: Capture, Rest: Captures> Captures for (H, Rest) {
    fn over(rooms: &mut dyn Iterator<Item = Option<&RoomOf>>) -> Self {
        let first = H::over(rooms.next().flatten());
        (first, Rest::over(rooms))
    }
}
