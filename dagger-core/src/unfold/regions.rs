//! The regions of one base, found by address.
//!
//! Elements of an array are regions of one size on a common grid: they are found by index in a vector if they lie close together,
//! else by hashing. As soon as a base sees any other region it changes to an ordered map of disjoint segments, in which overlaps
//! are found whatever the sizes.

use super::accesses::{Accesses, MoreReaders};
use super::hazard::Finder;
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
#[derive(Debug, Default)]
pub(super) struct Regions {
    places: Places,
    more: MoreReaders,
}

#[derive(Debug)]
enum Places {
    /// All regions so far have one size and lie on one grid, close together.
    Dense(Dense),
    /// The same, far apart.
    Sparse(Sparse),
    /// Any others.
    Segments(Segments),
}

impl Default for Places {
    fn default() -> Self {
        Places::Dense(Dense::default())
    }
}

#[derive(Debug, Default)]
struct Dense {
    size: usize,
    division: Division,
    /// The address of place 0.
    origin: usize,
    places: Vec<Accesses>,
    used: usize,
}

/// Division by a number where nothing is left over, by one multiplication (Warren, Hacker's Delight, 10-17).
#[derive(Debug, Default, Clone, Copy)]
struct Division {
    /// The inverse, modulo 2^64, of the divisor's odd factor.
    inverse: usize,
    zeros: u32,
}

/// Disjoint segments.
#[derive(Debug, Default)]
struct Segments {
    /// Start to end and accesses.
    places: BTreeMap<usize, (usize, Accesses)>,
    /// When there are so many segments, those whose nodes have ended are forgotten.
    weed_at: usize,
}

#[derive(Debug, Default)]
struct Sparse {
    size: usize,
    phase: usize,
    places: HashMap<usize, Accesses, BuildHasherDefault<AddressHasher>>,
    /// When there are so many places, those whose nodes have ended are forgotten.
    weed_at: usize,
}

impl Regions {
    /// No accesses yet, with the memory of an earlier table.
    pub(super) fn within(memory: Vec<Accesses>) -> Self {
        Regions {
            places: Places::Dense(Dense::within(memory)),
            more: MoreReaders::default(),
        }
    }

    /// The memory, if it is of use for another table.
    pub(super) fn into_memory(self) -> Option<Vec<Accesses>> {
        match self.places {
            Places::Dense(dense) if dense.places.capacity() > 0 => Some(dense.places),
            _ => None,
        }
    }

    /// Forgets all accesses.
    pub(super) fn forget(&mut self) {
        *self = Regions::within(std::mem::take(self).into_memory().unwrap_or_default());
    }

    /// The finder's node accesses `region`.
    #[inline]
    pub(super) fn access(&mut self, region: Region, write: bool, finder: &mut Finder<'_>) {
        if let Places::Dense(dense) = &mut self.places
            && let Some(accesses) = dense.find(region)
        {
            return accesses.access(write, finder, &mut self.more);
        }
        self.access_otherwise(region, write, finder);
    }

    /// How many places are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        match &self.places {
            Places::Dense(dense) => dense.places.len(),
            Places::Sparse(sparse) => sparse.places.len(),
            Places::Segments(segments) => segments.places.len(),
        }
    }

    /// Adds what an access of the whole must come after.
    pub(super) fn before_any(&self, write: bool, finder: &mut Finder<'_>) {
        let first = finder.after.len();
        let mut before = |place: &Accesses| place.before(write, finder.after, &self.more);
        match &self.places {
            Places::Dense(dense) => dense.places.iter().for_each(before),
            Places::Sparse(sparse) => sparse.places.values().for_each(before),
            Places::Segments(segments) => {
                segments
                    .places
                    .values()
                    .for_each(|(_, place)| before(place));
            }
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
        if let Places::Dense(dense) = &mut self.places {
            if let Some(accesses) = dense.make_room(region) {
                return accesses.access(write, finder, &mut self.more);
            }
            self.places = if dense.on_grid(region) {
                Places::Sparse(std::mem::take(dense).spread())
            } else {
                Places::Segments(std::mem::take(dense).into_segments())
            };
        }
        let more = &mut self.more;
        if let Places::Sparse(sparse) = &mut self.places {
            if region.size == sparse.size && region.start % sparse.size == sparse.phase {
                return sparse.access(region, write, finder, more);
            }
            self.places = Places::Segments(std::mem::take(sparse).into_segments());
        }
        if let Places::Segments(segments) = &mut self.places {
            segments.access(region, write, finder, more);
        }
    }
}

impl Dense {
    fn within(mut memory: Vec<Accesses>) -> Dense {
        memory.clear();
        Dense {
            places: memory,
            ..Dense::default()
        }
    }

    /// The accesses of a region that has its place already.
    #[inline]
    fn find(&mut self, region: Region) -> Option<&mut Accesses> {
        if region.size != self.size {
            return None;
        }
        let offset = region.start.wrapping_sub(self.origin);
        self.places.get_mut(self.division.quotient(offset))
    }

    fn on_grid(&self, region: Region) -> bool {
        self.places.is_empty()
            || (region.size == self.size && region.start % self.size == self.origin % self.size)
    }

    /// Makes a place for the region, unless it is of another kind or too far away.
    fn make_room(&mut self, region: Region) -> Option<&mut Accesses> {
        if !self.on_grid(region) {
            return None;
        }
        if self.places.is_empty() {
            (self.size, self.origin) = (region.size, region.start);
            self.division = Division::by(region.size);
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
                return None;
            }
            self.places
                .splice(0..0, (0..step).map(|_| Accesses::default()));
            self.origin -= step * self.size;
        } else {
            let index = (region.start - self.origin) / self.size;
            if index >= most {
                return None;
            }
            let length = self.places.len();
            if index == length {
                // One after the other: some more at once.
                let more = length / 8;
                self.used += more;
                self.places
                    .resize_with(length + more + 1, Accesses::default);
            } else if index > length {
                self.places.resize_with(index + 1, Accesses::default);
            }
        }
        self.find(region)
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

impl Division {
    /// Division by `divisor`, which is not zero.
    fn by(divisor: usize) -> Division {
        let zeros = divisor.trailing_zeros();
        let odd = divisor >> zeros;
        // Newton's iteration doubles the bits that are right; of an odd number, three are its own inverse's.
        let step = |inverse: usize, _| {
            let error = odd.wrapping_mul(inverse);
            inverse.wrapping_mul(2_usize.wrapping_sub(error))
        };
        Division {
            inverse: (0..5).fold(odd, step),
            zeros,
        }
    }

    /// The quotient; of a number that leaves a remainder, one that is too large to be a quotient.
    #[inline]
    fn quotient(self, number: usize) -> usize {
        number.wrapping_mul(self.inverse).rotate_right(self.zeros)
    }
}

impl Sparse {
    fn access(
        &mut self,
        region: Region,
        write: bool,
        finder: &mut Finder<'_>,
        more: &mut MoreReaders,
    ) {
        if self.places.len() >= self.weed_at.max(4 * SLACK) {
            self.places
                .retain(|_, accesses| !is_forgotten(accesses, finder, more));
            self.weed_at = self.places.len() * 2;
        }
        let accesses = self.places.entry(region.start).or_default();
        accesses.access(write, finder, more);
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

    fn access(
        &mut self,
        region: Region,
        write: bool,
        finder: &mut Finder<'_>,
        more: &mut MoreReaders,
    ) {
        if self.places.len() >= self.weed_at.max(4 * SLACK) {
            self.places
                .retain(|_, (_, accesses)| !is_forgotten(accesses, finder, more));
            self.weed_at = self.places.len() * 2;
        }
        access_segments(&mut self.places, region, write, finder, more);
    }
}

/// Forgets the accesses if all their nodes have ended. Returns whether it did.
fn is_forgotten(accesses: &mut Accesses, finder: &Finder<'_>, more: &mut MoreReaders) -> bool {
    let over = accesses.is_over(finder.is_out, more);
    if over {
        accesses.forget_readers(more);
    }
    over
}

/// Splits segments at the region's ends and makes the access in each piece, filling gaps.
fn access_segments(
    segments: &mut BTreeMap<usize, (usize, Accesses)>,
    region: Region,
    write: bool,
    finder: &mut Finder<'_>,
    more: &mut MoreReaders,
) {
    let end = region.start + region.size;
    split_at(segments, region.start, more);
    split_at(segments, end, more);
    let mut position = region.start;
    let mut gaps = Vec::new();
    for (&start, (segment_end, accesses)) in segments.range_mut(region.start..end) {
        if position < start {
            gaps.push((position, start));
        }
        accesses.access(write, finder, more);
        position = *segment_end;
    }
    if position < end {
        gaps.push((position, end));
    }
    for (start, gap_end) in gaps {
        let mut accesses = Accesses::default();
        accesses.access(write, finder, more);
        segments.insert(start, (gap_end, accesses));
    }
}

fn split_at(
    segments: &mut BTreeMap<usize, (usize, Accesses)>,
    position: usize,
    more: &mut MoreReaders,
) {
    let Some((_, (segment_end, accesses))) = segments.range_mut(..position).next_back() else {
        return;
    };
    if *segment_end > position {
        let tail = (*segment_end, accesses.duplicate(more));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplication_divides_and_finds_remainders() {
        for divisor in (1..200).chain([1000, 4096, 12_345, 1 << 20, (1 << 40) + 1]) {
            let division = Division::by(divisor);
            for quotient in [0, 1, 2, 77, 4095, 1 << 20] {
                let number = divisor * quotient;
                assert_eq!(division.quotient(number), quotient, "{number} / {divisor}");
                for rest in [1, divisor / 2, divisor - 1] {
                    if rest % divisor != 0 {
                        let found = division.quotient(number + rest);
                        assert!(
                            found > usize::MAX / divisor,
                            "{number} + {rest} by {divisor}"
                        );
                    }
                }
            }
        }
    }
}
