//! The nodes of unfolded loops as data, and putting them together again where they have come.
//!
//! A node is the address of the function that makes it of its captures, its statement, and its captures: the number of a place that nodes share, or
//! the bytes of a value of its own. Each such place has a *room* on the worker, which is there before the nodes are.

use super::field::Field;
use super::order::Order;
use super::part::{Arrival, Part};
use crate::cluster::{code_address, code_distance};
use crate::error::{Error, Result};
use crate::frame::Erased;
use crate::lowered::{At, Site};
use crate::unfold::{Bodies, Captures, Passage, RoomOf};
use crate::wire::{Decoder, Encoder, Piece};
use std::collections::{BTreeMap, HashMap};

/// Makes a node of one statement, whose bytes come next.
type Make = fn(&mut Making<'_, '_>) -> Result<()>;

/// What nodes are made of, and where they go.
pub(crate) struct Making<'m, 'd> {
    input: &'m mut Decoder<'d>,
    rooms: &'m mut Rooms,
    bodies: &'m mut Bodies,
}

/// The rooms of a worker, by the numbers of their places.
#[derive(Debug, Default)]
struct Rooms {
    rooms: BTreeMap<u32, RoomOf>,
}

/// The nodes of one worker as they are written.
#[derive(Debug, Default)]
pub(super) struct Program {
    count: u32,
    /// The distances of the functions that make nodes.
    kinds: Vec<u64>,
    numbers: HashMap<u64, u32>,
    nodes: Vec<u8>,
    bulk: Vec<Piece>,
}

impl Program {
    /// Adds a node with its place in the program's order, its statement, the distance of its [`make`], and its captures with the
    /// numbers of their places. Returns its number on that worker.
    ///
    /// # Errors
    /// When a value of its own is not there.
    ///
    /// # Safety
    /// Nobody changes the values that go with the node meanwhile.
    pub(super) unsafe fn node(
        &mut self,
        (place, statement): (u32, u32),
        make: u64,
        carried: &[Passage],
        ids: &[Option<u32>],
    ) -> Result<u32> {
        let next = self.kinds.len() as u32;
        let kind = *self.numbers.entry(make).or_insert(next);
        if kind == next {
            self.kinds.push(make);
        }
        let mut out = Encoder::new();
        out.count(kind as usize);
        out.count(place as usize);
        out.count(statement as usize);
        for id in ids.iter().flatten() {
            out.count(*id as usize);
        }
        self.nodes.extend_from_slice(out.finish().head());
        for (one, id) in carried.iter().zip(ids) {
            if id.is_some() {
                continue;
            }
            // SAFETY: the caller's promise.
            let Some((head, bulk)) = (unsafe { one.field.encode() }) else {
                return Err(Error::msg(format!(
                    "a `{}` is not there any more",
                    one.field.type_name()
                )));
            };
            self.nodes.extend(head);
            self.bulk.extend(bulk);
        }
        self.count += 1;
        Ok(self.count - 1)
    }

    /// The program in bytes.
    pub(super) fn finish(self, site: &'static Site) -> (Vec<u8>, Vec<Piece>) {
        let mut out = Encoder::new();
        let distance = code_distance((&raw const *site).cast());
        out.raw(&distance.to_le_bytes());
        out.count(self.kinds.len());
        for kind in &self.kinds {
            out.raw(&kind.to_le_bytes());
        }
        out.count(self.count as usize);
        let (mut head, _) = out.finish().copied();
        head.extend(self.nodes);
        (head, self.bulk)
    }
}

/// Enters loops whose slice has come.
pub(super) fn enter(part: &Part<'_>) -> Result<()> {
    part.arrived(perform)
}

fn perform(mut arrival: Arrival) -> Result<super::message::Ended> {
    let (head, bulk) = std::mem::take(&mut arrival.given);
    let mut input = Decoder::new(&head, bulk);
    let small = |input: &mut Decoder<'_>| {
        u32::try_from(input.count()?).map_err(|_| Error::msg("a number in a slice is too large"))
    };
    let distance = u64::from_le_bytes(input.array()?);
    // SAFETY: a peer of the same build has taken the distance of a site, which is a constant of the binary.
    let site: &'static Site = unsafe { &*code_address(distance).cast() };
    let count = input.count()?;
    let mut kinds = input.reserve(count)?;
    for _ in 0..count {
        kinds.push(u64::from_le_bytes(input.array()?));
    }
    let count = input.count()?;
    let mut order = input.reserve(count)?;
    let (mut rooms, mut bodies) = (Rooms::default(), Bodies::default());
    for _ in 0..count {
        let kind = kinds.get(input.count()?);
        let kind = *kind.ok_or_else(|| Error::msg("a node of a slice is of no kind"))?;
        order.push((small(&mut input)?, small(&mut input)?));
        // SAFETY: a peer of the same build has taken the distance of such a function.
        let make = unsafe { std::mem::transmute::<*const (), Make>(code_address(kind)) };
        make(&mut Making {
            input: &mut input,
            rooms: &mut rooms,
            bodies: &mut bodies,
        })?;
    }
    let fields = rooms.fields();
    let broken = arrival.read(&mut input, &fields).err();
    let nodes: Vec<Erased<'_>> = (0..bodies.len()).map(|node| bodies.erased(node)).collect();
    // SAFETY: the slice orders what conflicts, and `U.node`'s caller has allowed what the nodes capture to be used on any thread.
    Ok(unsafe { arrival.run_read(&nodes, &fields, site, Order::Unfolded(&order), broken) })
}

impl Rooms {
    /// All places, by their numbers.
    fn fields(&self) -> Vec<Field> {
        let last = self.rooms.keys().next_back().copied();
        let mut fields =
            vec![Field::staying::<()>(std::ptr::null()); last.map_or(0, |last| last as usize + 1)];
        for (&number, room) in &self.rooms {
            fields[number as usize] = room.0.field();
        }
        fields
    }
}

/// The distance of the function that makes nodes with these captures; `None` if the closures capture something besides.
pub(crate) fn maker<C, F, G>() -> Option<u64>
where
    C: Captures,
    F: Fn(&At<'_>, &C) -> Result<()>,
    G: Fn(&C, &mut Vec<Passage>),
{
    // Of a closure that captures nothing, there is one wherever its type is.
    let is_bare = const {
        size_of::<F>() == 0
            && size_of::<G>() == 0
            && !std::mem::needs_drop::<F>()
            && !std::mem::needs_drop::<G>()
    };
    is_bare.then(|| code_distance(make::<C, F, G> as *const ()))
}

/// Makes a node.
///
/// # Errors
/// When the bytes are not its captures.
fn make<C, F, G>(making: &mut Making<'_, '_>) -> Result<()>
where
    C: Captures,
    F: Fn(&At<'_>, &C) -> Result<()>,
    G: Fn(&C, &mut Vec<Passage>),
{
    assert!(
        size_of::<F>() == 0 && size_of::<G>() == 0,
        "only such nodes are sent"
    );
    // SAFETY: the closures have no bytes and nothing to drop, and capture nothing: `maker` has looked, in the process that holds the originals.
    let (run, carry) = unsafe {
        (
            std::ptr::NonNull::<F>::dangling().read(),
            std::ptr::NonNull::<G>::dangling().read(),
        )
    };
    let mut carried = Vec::new();
    carry(&C::over(&mut std::iter::repeat(None)), &mut carried);
    let mut ids = Vec::with_capacity(carried.len());
    for one in &carried {
        ids.push(match (one.shared, one.room) {
            (None, _) => None,
            (Some(_), Some(room)) => {
                let id = u32::try_from(making.input.count()?)
                    .map_err(|_| Error::msg("there is no such place"))?;
                making
                    .rooms
                    .rooms
                    .entry(id)
                    .or_insert_with(|| RoomOf(room()));
                Some(id)
            }
            (Some(_), None) => {
                return Err(Error::msg(format!(
                    "a `{}` cannot cross from one worker to another",
                    one.field.type_name()
                )));
            }
        });
    }
    let rooms = &making.rooms.rooms;
    let captures = C::over(&mut ids.iter().map(|id| id.and_then(|id| rooms.get(&id))));
    carried.clear();
    carry(&captures, &mut carried);
    for one in carried.iter().filter(|one| one.shared.is_none()) {
        // SAFETY: this thread has the captures for itself.
        unsafe { one.field.decode(making.input) }?;
    }
    // SAFETY: rooms outlive the nodes, and `U.node`'s caller has allowed what the nodes capture to be used on any thread.
    unsafe { making.bodies.push(move |at: &At<'_>| run(at, &captures)) };
    Ok(())
}
