//! A graph's values on one worker, with and without their types.

use crate::error::Result;
use crate::lowered::{Outer, Slot};
use crate::wire::{Decoder, Encoder, Piece, Wire};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// A place for a value, of a type that only its functions know.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    place: *const (),
    is_full: unsafe fn(*const ()) -> bool,
    type_name: fn() -> &'static str,
    travels: Option<Travel>,
}

/// What it takes to send a value.
#[derive(Clone, Copy, Debug)]
struct Travel {
    encode: unsafe fn(*const ()) -> (Vec<u8>, Vec<Piece>),
    decode: unsafe fn(*const (), &mut Decoder<'_>) -> Result<()>,
    bytes: unsafe fn(*const ()) -> usize,
}

// SAFETY: a pointer to a place of the graph's frame, which `Slot` and `Outer` let several threads have.
unsafe impl Send for Field {}
// SAFETY: as above.
unsafe impl Sync for Field {}

impl Field {
    /// A place of a type that travels.
    pub(crate) fn travelling<P: Place<Value: Wire>>(place: *const P) -> Self {
        Field {
            place: place.cast(),
            is_full: is_full::<P>,
            type_name: std::any::type_name::<P::Value>,
            travels: Some(travel::<P>()),
        }
    }

    /// A place of a type that does not.
    pub(crate) fn staying<T: ?Sized>(place: *const ()) -> Self {
        Field {
            place,
            is_full: |_| true,
            type_name: std::any::type_name::<T>,
            travels: None,
        }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> *const () {
        self.place
    }

    /// Whether something is there.
    ///
    /// # Safety
    /// Nobody changes the place meanwhile.
    pub(super) unsafe fn is_full(&self) -> bool {
        // SAFETY: the place is there as long as the graph runs; the rest is the caller's promise.
        unsafe { (self.is_full)(self.place) }
    }

    /// The name of the value's type.
    pub(crate) fn type_name(&self) -> &'static str {
        (self.type_name)()
    }

    /// Whether values of the type can cross to other workers.
    pub(super) fn travels(&self) -> bool {
        self.travels.is_some()
    }

    /// About how large the value is, if it is there and can travel.
    ///
    /// # Safety
    /// Nobody changes the place meanwhile.
    pub(super) unsafe fn bytes(&self) -> Option<u64> {
        let travel = self.travels?;
        // SAFETY: the place is there as long as the graph runs; the rest is the caller's promise.
        unsafe { (self.is_full)(self.place).then(|| (travel.bytes)(self.place) as u64) }
    }

    /// The value's bytes, if it is there and can travel.
    ///
    /// # Safety
    /// Nobody changes the place meanwhile.
    pub(super) unsafe fn encode(&self) -> Option<(Vec<u8>, Vec<Piece>)> {
        let travel = self.travels?;
        // SAFETY: as in `bytes`.
        unsafe { (self.is_full)(self.place).then(|| (travel.encode)(self.place)) }
    }

    /// Puts a value that has come into the place, in which an older version may be.
    ///
    /// # Errors
    /// When the bytes are no such value, or such values cannot travel.
    ///
    /// # Safety
    /// Nobody else touches the place meanwhile.
    pub(crate) unsafe fn decode(&self, input: &mut Decoder<'_>) -> Result<()> {
        match self.travels {
            // SAFETY: as in `bytes`.
            Some(travel) => unsafe { (travel.decode)(self.place, input) },
            None => Err(crate::Error::msg(format!(
                "a `{}` has come, which cannot cross from one worker to another",
                self.type_name()
            ))),
        }
    }
}

/// A slot or a pointer to a caller's local.
pub trait Place {
    /// What it holds.
    type Value;
    /// Whether anything is there.
    fn is_full(&self) -> bool;
    /// What is there.
    ///
    /// # Safety
    /// It is full, and nobody changes it during `'a`.
    unsafe fn get<'a>(&self) -> &'a Self::Value;
    /// Puts a value there and drops what was.
    ///
    /// # Safety
    /// Nobody else touches it meanwhile.
    unsafe fn fill(&self, value: Self::Value);
}

impl<T> Place for Slot<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        Slot::is_full(self)
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe { self.shared() }
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise; taken only if it is full, so that it is empty afterwards.
        unsafe {
            if self.is_full() {
                drop(self.take());
            }
            self.put(value);
        }
    }
}

impl<T> Place for Outer<T> {
    type Value = T;

    fn is_full(&self) -> bool {
        !self.is_consumed()
    }

    unsafe fn get<'a>(&self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe { self.shared() }
    }

    unsafe fn fill(&self, value: T) {
        // SAFETY: the caller's promise; read out only if it is full, so that it is empty afterwards.
        unsafe {
            if !self.is_consumed() {
                drop(self.read());
            }
            self.put_back(value);
        }
    }
}

/// A place of which rustc is asked whether its value travels: the method of [`Stays`] is found if it does not.
#[derive(Debug)]
pub struct Travels<'p, P>(pub &'p P);

/// How every place is seen.
pub trait Stays {
    /// The place without its type.
    fn field(&self) -> Field;
}

impl<P: Place> Stays for Travels<'_, P> {
    fn field(&self) -> Field {
        field(self.0, None)
    }
}

impl<T: Wire> Travels<'_, Slot<T>> {
    /// The place without its type.
    pub fn field(&self) -> Field {
        field(self.0, Some(travel::<Slot<T>>()))
    }
}

impl<T: Wire> Travels<'_, Outer<T>> {
    /// The place without its type.
    pub fn field(&self) -> Field {
        field(self.0, Some(travel::<Outer<T>>()))
    }
}

fn field<P: Place>(place: &P, travels: Option<Travel>) -> Field {
    Field {
        place: (&raw const *place).cast(),
        is_full: is_full::<P>,
        type_name: std::any::type_name::<P::Value>,
        travels,
    }
}

const fn travel<P: Place<Value: Wire>>() -> Travel {
    Travel {
        encode: encode::<P>,
        decode: decode::<P>,
        bytes: bytes::<P>,
    }
}

/// # Safety
/// `place` points to a `P`.
unsafe fn is_full<P: Place>(place: *const ()) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*place.cast::<P>() }.is_full()
}

/// # Safety
/// `place` points to a `P` that is full and that nobody changes meanwhile.
unsafe fn encode<P: Place<Value: Wire>>(place: *const ()) -> (Vec<u8>, Vec<Piece>) {
    let mut out = Encoder::new();
    // SAFETY: the caller's promise.
    unsafe { (*place.cast::<P>()).get() }.encode(&mut out);
    // Copied: whoever comes next on this worker may change the value.
    out.finish().copied()
}

/// # Safety
/// `place` points to a `P` that nobody else touches meanwhile.
unsafe fn decode<P: Place<Value: Wire>>(place: *const (), input: &mut Decoder<'_>) -> Result<()> {
    let value = P::Value::decode(input)?;
    // SAFETY: the caller's promise.
    unsafe { (*place.cast::<P>()).fill(value) };
    Ok(())
}

/// # Safety
/// `place` points to a `P` that is full and that nobody changes meanwhile.
unsafe fn bytes<P: Place<Value: Wire>>(place: *const ()) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*place.cast::<P>()).get() }.bytes()
}

/// Empty slots: a slot, or a tuple of such.
pub trait Places {
    /// The slots.
    fn empty() -> Self;
}

impl<T> Places for Slot<T> {
    fn empty() -> Self {
        Slot::new()
    }
}

/// Pointers to a caller's locals: a pointer, or a tuple of such.
pub trait Outers {
    /// Room for copies of those locals.
    type Room;
    /// Room with nothing in it.
    fn room() -> Self::Room;
    /// Pointers into the room, to where nothing is yet.
    fn into_room(room: &Self::Room) -> Self;
    /// Drops what is in the room now.
    ///
    /// # Safety
    /// The pointers are into a room that is there, nobody uses them meanwhile, or what is in it afterwards.
    unsafe fn clear(&self);
}

/// Room for one value.
#[derive(Debug)]
pub struct Room<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Outers for Outer<T> {
    type Room = Room<T>;

    fn room() -> Room<T> {
        Room(UnsafeCell::new(MaybeUninit::uninit()))
    }

    fn into_room(room: &Room<T>) -> Self {
        Outer::to_nothing(room.0.get().cast())
    }

    unsafe fn clear(&self) {
        if self.is_full() {
            // SAFETY: it is full, and the caller promises that nobody uses it.
            drop(unsafe { self.read() });
        }
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Places),*> Places for ($($name,)*) {
            fn empty() -> Self {
                ($($name::empty(),)*)
            }
        }

        impl<$($name: Outers),*> Outers for ($($name,)*) {
            type Room = ($($name::Room,)*);

            fn room() -> Self::Room {
                ($($name::room(),)*)
            }

            fn into_room(room: &Self::Room) -> Self {
                ($($name::into_room(&room.$index),)*)
            }

            unsafe fn clear(&self) {
                // SAFETY: the caller's promise.
                $(unsafe { self.$index.clear() };)*
            }
        }
    };
}

impl Places for () {
    fn empty() -> Self {}
}

impl Outers for () {
    type Room = ();
    fn room() -> Self::Room {}
    fn into_room((): &()) -> Self {}
    unsafe fn clear(&self) {}
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn what_is_wire_travels_and_nothing_else() {
        let number: Slot<i64> = Slot::new();
        let counted: Slot<Rc<i64>> = Slot::new();
        let text = String::from("a");
        let text = Outer::new(&raw const text);
        assert!(Travels(&number).field().travels());
        assert!(!Travels(&counted).field().travels());
        assert!(Travels(&text).field().travels());
        assert!(Travels(&counted).field().type_name().contains("Rc<i64>"));
    }

    #[test]
    fn a_room_is_filled_and_cleared_once() {
        let counted = Rc::new(());
        type Pair = (Outer<Rc<()>>, Outer<String>);
        let room = Pair::room();
        let pointers = Pair::into_room(&room);
        assert!(!pointers.0.is_full() && !pointers.1.is_full());
        // SAFETY: this thread has the room for itself.
        unsafe {
            pointers.0.fill(Rc::clone(&counted));
            pointers.0.fill(Rc::clone(&counted));
            assert_eq!(Rc::strong_count(&counted), 2, "the first was dropped");
            drop(pointers.0.read());
            pointers.0.put_back(Rc::clone(&counted));
            pointers.clear();
            pointers.clear();
        }
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn values_go_from_one_place_to_another() {
        let (here, there) = (Slot::full(vec![1.5_f64; 4]), Slot::new());
        // SAFETY: this thread has the places for itself.
        unsafe {
            there.put(vec![0.0]);
            let (head, bulk) = Travels(&here).field().encode().expect("it is there");
            assert!(bulk.is_empty(), "small");
            let to = Travels(&there).field();
            to.decode(&mut Decoder::new(&head, []))
                .expect("well formed");
            assert_eq!(there.shared(), here.shared());
            assert!(
                to.decode(&mut Decoder::new(&head[..head.len() - 1], []))
                    .is_err()
            );
            assert!(there.is_full(), "what was there stays");
        }
    }
}
