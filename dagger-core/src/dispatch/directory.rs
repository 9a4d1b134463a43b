//! The driver's directory of values: how large, when, on which ranks.
//!
//! A slab: ids name slots, and slots are used again, with another generation, when a value is gone. So a run of any length needs memory for the
//! values that are alive.

use std::fmt;

/// How many copies one holder of a value makes, so that nobody sends a popular one to everybody.
pub(super) const FAN: usize = 4;
/// Holders kept without an allocation.
const FEW: usize = 4;

/// A value of a run: which driver named it, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(u64);

impl ValueId {
    fn new(driver: u16, generation: u16, slot: u32) -> Self {
        ValueId(u64::from(driver) << 48 | u64::from(generation) << 32 | u64::from(slot))
    }

    /// The id in a message.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The id from a message.
    pub fn from_bits(bits: u64) -> Self {
        ValueId(bits)
    }

    fn slot(self) -> usize {
        self.0 as u32 as usize
    }

    fn generation(self) -> u16 {
        (self.0 >> 32) as u16
    }
}

impl fmt::Debug for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}@{}", self.slot(), self.generation(), self.0 >> 48)
    }
}

/// What is known of a value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) bytes: Option<u64>,
    /// When it is expected, on the placement's clock.
    pub(super) ready: f64,
    holders: Holders,
    generation: u16,
    alive: bool,
}

/// Ranks that hold a value or will; the home first.
#[derive(Debug)]
enum Holders {
    Few([usize; FEW], u8),
    Many(Vec<usize>),
}

impl Entry {
    /// The ranks that hold it or will, in the order in which they get it.
    pub(super) fn holders(&self) -> &[usize] {
        match &self.holders {
            Holders::Few(ranks, count) => &ranks[..usize::from(*count)],
            Holders::Many(ranks) => ranks,
        }
    }

    pub(super) fn is_held_by(&self, rank: usize) -> bool {
        self.holders().contains(&rank)
    }

    /// A rank gets a copy; returns the one that makes it.
    pub(super) fn copy_to(&mut self, rank: usize) -> usize {
        let copies = self.holders().len() - 1;
        let from = self.holders()[copies / FAN];
        match &mut self.holders {
            Holders::Few(ranks, count) if usize::from(*count) < FEW => {
                ranks[usize::from(*count)] = rank;
                *count += 1;
            }
            Holders::Few(ranks, _) => {
                let mut many = Vec::with_capacity(4 * FEW);
                many.extend_from_slice(ranks);
                many.push(rank);
                self.holders = Holders::Many(many);
            }
            Holders::Many(ranks) => ranks.push(rank),
        }
        from
    }
}

/// All values that are alive.
#[derive(Debug)]
pub(super) struct Directory {
    driver: u16,
    entries: Vec<Entry>,
    free: Vec<u32>,
}

impl Directory {
    pub(super) fn new(driver: u16) -> Self {
        Directory {
            driver,
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    /// A new value.
    pub(super) fn add(&mut self, home: usize, bytes: Option<u64>, ready: f64) -> ValueId {
        let mut few = [0; FEW];
        few[0] = home;
        let holders = Holders::Few(few, 1);
        let (slot, generation) = match self.free.pop() {
            Some(slot) => (slot, self.entries[slot as usize].generation.wrapping_add(1)),
            None => (self.entries.len() as u32, 0),
        };
        let entry = Entry {
            bytes,
            ready,
            holders,
            generation,
            alive: true,
        };
        match self.entries.get_mut(slot as usize) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
        ValueId::new(self.driver, generation, slot)
    }

    #[inline]
    pub(super) fn get(&self, id: ValueId) -> Option<&Entry> {
        let entry = self.entries.get(id.slot())?;
        (entry.alive && entry.generation == id.generation()).then_some(entry)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: ValueId) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(id.slot())?;
        (entry.alive && entry.generation == id.generation()).then_some(entry)
    }

    /// The value is gone; its holders are told by the caller, through `tell`.
    pub(super) fn remove(&mut self, id: ValueId, mut tell: impl FnMut(usize)) {
        let Some(entry) = self.get_mut(id) else {
            return;
        };
        entry.alive = false;
        for &rank in entry.holders() {
            tell(rank);
        }
        self.free.push(id.slot() as u32);
    }

    /// How many values are alive.
    pub(super) fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_used_again_under_another_name() {
        let mut directory = Directory::new(3);
        let first = directory.add(1, Some(8), 0.0);
        let mut told = Vec::new();
        directory.remove(first, |rank| told.push(rank));
        directory.remove(first, |_| panic!("it is gone already"));
        assert_eq!(told, [1]);
        let second = directory.add(2, None, 0.0);
        assert_eq!(second.slot(), first.slot());
        assert!(directory.get(first).is_none() && directory.get(second).is_some());
        assert_eq!(directory.len(), 1);
        assert_eq!(ValueId::from_bits(second.to_bits()), second);
        assert_eq!(format!("{second:?}"), "0.1@3");
    }

    #[test]
    fn copies_are_made_along_a_tree() {
        let mut directory = Directory::new(0);
        let id = directory.add(0, None, 0.0);
        let entry = directory.get_mut(id).expect("it is there");
        let from: Vec<usize> = (1..=22).map(|rank| entry.copy_to(rank)).collect();
        assert_eq!(from[..8], [0, 0, 0, 0, 1, 1, 1, 1]);
        for holder in 0..=22 {
            assert!(from.iter().filter(|&&from| from == holder).count() <= FAN);
        }
        // Nobody is to make a copy before it is to get one.
        assert!(from.iter().enumerate().all(|(at, &from)| from <= at));
        assert_eq!(entry.holders().len(), 23);
        assert!(entry.is_held_by(22) && !entry.is_held_by(23));
    }
}
