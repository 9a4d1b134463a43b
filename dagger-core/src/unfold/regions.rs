//! The regions of one base, found by address.
//!
//! Elements of an array are regions of one size on a common grid: they are found by index in a vector if they lie close together,
//! else by hashing. As soon as a base sees any other region it changes to an ordered map of disjoint segments, in which overlaps
//! are found whatever the sizes.

use super::hazard::{Accesses, Finder};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// A vector may have this many places more than four for each one used.
const SLACK: usize = 4096;

/// A region of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: usize,
    pub(super) size: usize,
}

impl Region {
    /// The memory that `pointer` points to. Of a type without size, one byte, so that two mutable borrows still conflict.
    #[inline]
    pub(super) fn of<T: ?Sized>(pointer: *const T) -> Region {
        // SAFETY: the pointer comes from a reference, so its metadata is valid.
        let size = unsafe { size_of_val(&*pointer) };
        Region {
            start: pointer.cast::<()>().addr(),
            size: size.max(1),
        }
    }
}

/// The accesses of a base's regions.
#[derive(Debug)]
pub(super) enum Regions {
    /// All regions so far have one size and lie on one grid, close together.
    Dense(Dense),
    /// The same, far apart.
    Sparse(Sparse),
    /// Any others.
    Segments(Segments),
}

impl Default for Regions {
    fn default() -> Self {
        Regions::Dense(Dense::default())
    }
}

#[derive(Debug, Default)]
pub(super) struct Dense {
    size: usize,
    /// The address of place 0.
    origin: usize,
    places: Vec<Accesses>,
    used: usize,
}

/// Disjoint segments.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Start to end and accesses.
    places: BTreeMap<usize, (usize, Accesses)>,
    /// When there are so many segments, those whose nodes have ended are forgotten.
    weed_at: usize,
}

#[derive(Debug, Default)]
pub(super) struct Sparse {
    size: usize,
    phase: usize,
    places: HashMap<usize, Accesses, BuildHasherDefault<AddressHasher>>,
    /// When there are so many places, those whose nodes have ended are forgotten.
    weed_at: usize,
}

impl Regions {
    /// The finder's node accesses `region`.
    #[inline]
    pub(super) fn access(&mut self, region: Region, write: bool, finder: &mut Finder<'_>) {
        if let Regions::Dense(dense) = self
            && let Some(accesses) = dense.find(region)
        {
            return accesses.access(write, finder);
        }
        self.access_otherwise(region, write, finder);
    }

    /// How many places are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        match self {
            Regions::Dense(dense) => dense.places.len(),
            Regions::Sparse(sparse) => sparse.places.len(),
            Regions::Segments(segments) => segments.places.len(),
        }
    }

    /// Adds what an access of the whole must come after.
    pub(super) fn before_any(&self, write: bool, finder: &mut Finder<'_>) {
        let first = finder.after.len();
        match self {
            Regions::Dense(dense) => dense
                .places
                .iter()
                .for_each(|place| place.before(write, finder.after)),
            Regions::Sparse(sparse) => sparse
                .places
                .values()
                .for_each(|place| place.before(write, finder.after)),
            Regions::Segments(segments) => segments
                .places
                .values()
                .for_each(|(_, place)| place.before(write, finder.after)),
        }
        // Most have ended long ago.
        let mut kept = first;
        for position in first..finder.after.len() {
            let node = finder.after[position];
            if (finder.is_out)(node) {
                finder.after[kept] = node;
                kept += 1;
            }
        }
        finder.after.truncate(kept);
    }

    #[inline(never)]
    fn access_otherwise(&mut self, region: Region, write: bool, finder: &mut Finder<'_>) {
        if let Regions::Dense(dense) = self {
            if dense.make_room(region) {
                return self.access(region, write, finder);
            }
            *self = if dense.on_grid(region) {
                Regions::Sparse(std::mem::take(dense).spread())
            } else {
                Regions::Segments(std::mem::take(dense).into_segments())
            };
        }
        if let Regions::Sparse(sparse) = self {
            if region.size == sparse.size && region.start % sparse.size == sparse.phase {
                return sparse.access(region, write, finder);
            }
            *self = Regions::Segments(std::mem::take(sparse).into_segments());
        }
        if let Regions::Segments(segments) = self {
            segments.access(region, write, finder);
        }
    }
}

impl Dense {
    /// The accesses of a region that has its place already.
    #[inline]
    fn find(&mut self, region: Region) -> Option<&mut Accesses> {
        if region.size != self.size {
            return None;
        }
        let offset = region.start.wrapping_sub(self.origin);
        // A size of one to a few words: the division is the price of not hashing.
        let index = offset / self.size;
        if index * self.size != offset {
            return None;
        }
        self.places.get_mut(index)
    }

    fn on_grid(&self, region: Region) -> bool {
        self.places.is_empty()
            || (region.size == self.size && region.start % self.size == self.origin % self.size)
    }

    /// Makes a place for the region, unless it is of another kind or too far away.
    fn make_room(&mut self, region: Region) -> bool {
        if !self.on_grid(region) {
            return false;
        }
        if self.places.is_empty() {
            (self.size, self.origin) = (region.size, region.start);
        }
        self.used += 1;
        let most = self.used.saturating_mul(4).saturating_add(SLACK);
        if region.start < self.origin {
            let before = (self.origin - region.start) / self.size;
            // Growing downwards moves everything, so it is done in larger steps, which must not pass address zero.
            let step = before
                .max(self.places.len() / 2)
                .min(self.origin / self.size);
            if self.places.len() + step > most {
                return false;
            }
            self.places
                .splice(0..0, (0..step).map(|_| Accesses::default()));
            self.origin -= step * self.size;
        } else {
            let index = (region.start - self.origin) / self.size;
            if index >= most {
                return false;
            }
            if index >= self.places.len() {
                self.places.resize_with(index + 1, Accesses::default);
            }
        }
        true
    }

    fn entries(self) -> impl Iterator<Item = (usize, Accesses)> {
        let (size, origin) = (self.size, self.origin);
        self.places
            .into_iter()
            .enumerate()
            .map(move |(index, accesses)| (origin + index * size, accesses))
    }

    fn spread(self) -> Sparse {
        let size = self.size;
        Sparse {
            size,
            phase: self.origin % size,
            places: self.entries().collect(),
            weed_at: 0,
        }
    }

    fn into_segments(self) -> Segments {
        let size = self.size;
        Segments::of(size, self.entries())
    }
}

impl Sparse {
    fn access(&mut self, region: Region, write: bool, finder: &mut Finder<'_>) {
        if self.places.len() >= self.weed_at.max(4 * SLACK) {
            self.places
                .retain(|_, accesses| !accesses.is_over(finder.is_out));
            self.weed_at = self.places.len() * 2;
        }
        let accesses = self.places.entry(region.start).or_default();
        accesses.access(write, finder);
    }

    fn into_segments(self) -> Segments {
        Segments::of(self.size, self.places)
    }
}

impl Segments {
    /// Segments of one size.
    fn of(size: usize, places: impl IntoIterator<Item = (usize, Accesses)>) -> Segments {
        let places = places.into_iter();
        Segments {
            places: places
                .map(|(start, accesses)| (start, (start + size, accesses)))
                .collect(),
            weed_at: 0,
        }
    }

    fn access(&mut self, region: Region, write: bool, finder: &mut Finder<'_>) {
        if self.places.len() >= self.weed_at.max(4 * SLACK) {
            self.places
                .retain(|_, (_, accesses)| !accesses.is_over(finder.is_out));
            self.weed_at = self.places.len() * 2;
        }
        access_segments(&mut self.places, region, write, finder);
    }
}

/// Splits segments at the region's ends and makes the access in each piece, filling gaps.
fn access_segments(
    segments: &mut BTreeMap<usize, (usize, Accesses)>,
    region: Region,
    write: bool,
    finder: &mut Finder<'_>,
) {
    let end = region.start + region.size;
    split_at(segments, region.start);
    split_at(segments, end);
    let mut position = region.start;
    let mut gaps = Vec::new();
    for (&start, (segment_end, accesses)) in segments.range_mut(region.start..end) {
        if position < start {
            gaps.push((position, start));
        }
        accesses.access(write, finder);
        position = *segment_end;
    }
    if position < end {
        gaps.push((position, end));
    }
    for (start, gap_end) in gaps {
        let mut accesses = Accesses::default();
        accesses.access(write, finder);
        segments.insert(start, (gap_end, accesses));
    }
}

fn split_at(segments: &mut BTreeMap<usize, (usize, Accesses)>, position: usize) {
    let Some((_, (segment_end, accesses))) = segments.range_mut(..position).next_back() else {
        return;
    };
    if *segment_end > position {
        let tail = (*segment_end, accesses.clone());
        *segment_end = position;
        segments.insert(position, tail);
    }
}

/// Hashes an address by one multiplication (Fibonacci hashing, Knuth vol. 3, 6.4).
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        let mixed = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // The table takes its index from the low bits and its tag from the high ones.
        self.0 = mixed ^ (mixed >> 32);
    }
}
