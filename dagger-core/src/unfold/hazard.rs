//! From the borrows of a loop form to the order of its nodes.
//!
//! Each variable that the loops borrow from is a *base*. An access is to a region of memory (an indexed
//! element, by address and size), or to the whole base. A write comes after every earlier access to what it overlaps, a read after every
//! earlier write. Regions of one size on a common grid, which is what elements of arrays are, are found
//! by hashing; as soon as a base sees any other region it changes to an ordered map of segments, in which
//! overlaps are found whatever the sizes.
//!
//! Only the driver uses these tables; they hold no references into the user's data, only addresses.

use super::window::NodeRef;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// A variable that the loops borrow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base(pub(super) u32);

/// The nodes that an access must come after, and the book-keeping for later ones.
#[derive(Debug, Default)]
pub(super) struct Hazards {
    bases: Vec<BaseTable>,
}

#[derive(Debug, Default)]
struct BaseTable {
    regions: Regions,
    /// The last access of the whole that wrote, and those since that read.
    whole: Record,
    /// Every access of a region since the last write of the whole, and whether it wrote.
    parts: Weeded,
    /// The same for accesses through borrows of which only the base is known.
    derived: Weeded,
}

/// Who wrote last, and who has read since.
#[derive(Debug, Default, Clone)]
pub(super) struct Record {
    writer: Option<NodeRef>,
    readers: Readers,
}

/// Few readers are the rule.
#[derive(Debug, Default, Clone)]
enum Readers {
    #[default]
    None,
    One(NodeRef),
    Many(Vec<NodeRef>),
}

#[derive(Debug)]
enum Regions {
    /// All regions so far have this size and lie on one grid.
    Grid {
        size: usize,
        phase: usize,
        records: HashMap<usize, Record, AddressHash>,
    },
    /// Disjoint segments: start to (end, record).
    Segments(BTreeMap<usize, (usize, Record)>),
}

impl Default for Regions {
    fn default() -> Self {
        Regions::Grid {
            size: 0,
            phase: 0,
            records: HashMap::default(),
        }
    }
}

/// A region of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: usize,
    pub(super) size: usize,
}

impl Region {
    /// The memory that `pointer` points to. Of a type without size, one byte, so that two mutable borrows still conflict.
    pub(super) fn of<T: ?Sized>(pointer: *const T) -> Region {
        // SAFETY: the pointer comes from a reference, so its metadata is valid.
        let size = unsafe { size_of_val(&*pointer) };
        Region {
            start: pointer.cast::<()>().addr(),
            size: size.max(1),
        }
    }
}

impl Hazards {
    /// A new base without accesses.
    pub(super) fn base(&mut self) -> Base {
        self.bases.push(BaseTable::default());
        Base(self.bases.len() as u32 - 1)
    }

    /// Adds to `after` what an access of `region` must come after.
    pub(super) fn before_part(
        &self,
        base: Base,
        region: Region,
        write: bool,
        after: &mut Vec<NodeRef>,
    ) {
        let table = &self.bases[base.0 as usize];
        table.whole.before(write, after);
        table.derived.before(write, after);
        match &table.regions {
            Regions::Grid {
                size,
                phase,
                records,
            } => {
                if fits(*size, *phase, region) {
                    if let Some(record) = records.get(&region.start) {
                        record.before(write, after);
                    }
                } else {
                    for (&start, record) in records {
                        if start < region.start + region.size && region.start < start + size {
                            record.before(write, after);
                        }
                    }
                }
            }
            Regions::Segments(segments) => {
                let end = region.start + region.size;
                let first = segments
                    .range(..=region.start)
                    .next_back()
                    .filter(|(_, (segment_end, _))| *segment_end > region.start);
                let rest = segments.range(region.start + 1..end);
                for (_, (_, record)) in first.into_iter().chain(rest) {
                    record.before(write, after);
                }
            }
        }
    }

    /// Remembers that `node` accesses `region`.
    pub(super) fn record_part(
        &mut self,
        base: Base,
        region: Region,
        write: bool,
        node: NodeRef,
        is_out: &dyn Fn(NodeRef) -> bool,
    ) {
        let table = &mut self.bases[base.0 as usize];
        table.regions.record(region, write, node);
        table.parts.add(node, write, is_out);
    }

    /// Adds to `after` what an access of the whole base must come after.
    pub(super) fn before_whole(&self, base: Base, write: bool, after: &mut Vec<NodeRef>) {
        let table = &self.bases[base.0 as usize];
        table.whole.before(write, after);
        table.parts.before(write, after);
        table.derived.before(write, after);
    }

    /// Remembers that `node` accesses the whole base.
    pub(super) fn record_whole(&mut self, base: Base, write: bool, node: NodeRef) {
        let table = &mut self.bases[base.0 as usize];
        table.whole.record(write, node);
        if write {
            // Later accesses come after this one, and so after all that are forgotten here.
            table.regions = Regions::default();
            table.parts = Weeded::default();
            table.derived = Weeded::default();
        }
    }

    /// Adds to `after` what a node that uses a borrow handed out by the base must come after, which is
    /// what concerns the whole; its siblings are disjoint from it.
    pub(super) fn before_derived(&self, base: Base, write: bool, after: &mut Vec<NodeRef>) {
        let table = &self.bases[base.0 as usize];
        table.whole.before(write, after);
        table.parts.before(write, after);
    }

    /// Remembers that `node` uses such a borrow, of which nothing more is known: direct accesses of any part come after it.
    pub(super) fn record_derived(
        &mut self,
        base: Base,
        write: bool,
        node: NodeRef,
        is_out: &dyn Fn(NodeRef) -> bool,
    ) {
        self.bases[base.0 as usize].derived.add(node, write, is_out);
    }
}

/// Accesses in order, from which those of ended nodes are weeded out now and then.
#[derive(Debug, Default)]
struct Weeded {
    accesses: Vec<(NodeRef, bool)>,
    weed_at: usize,
}

impl Weeded {
    fn before(&self, write: bool, after: &mut Vec<NodeRef>) {
        let conflicting = self.accesses.iter().filter(|(_, wrote)| write || *wrote);
        after.extend(conflicting.map(|(node, _)| *node));
    }

    fn add(&mut self, node: NodeRef, write: bool, is_out: &dyn Fn(NodeRef) -> bool) {
        if self.accesses.last() == Some(&(node, write)) {
            return;
        }
        if self.accesses.len() >= self.weed_at.max(256) {
            self.accesses.retain(|(node, _)| is_out(*node));
            self.weed_at = self.accesses.len() * 2;
        }
        self.accesses.push((node, write));
    }
}

impl Record {
    /// Adds to `after` what a further access must come after.
    pub(super) fn before(&self, write: bool, after: &mut Vec<NodeRef>) {
        match (&self.readers, write) {
            (Readers::One(reader), true) => after.push(*reader),
            (Readers::Many(readers), true) => after.extend_from_slice(readers),
            _ => {}
        }
        // Readers come after the writer themselves, so it need not be repeated behind them.
        if (!write || matches!(self.readers, Readers::None))
            && let Some(writer) = self.writer
        {
            after.push(writer);
        }
    }

    /// Remembers a further access.
    pub(super) fn record(&mut self, write: bool, node: NodeRef) {
        if write {
            self.writer = Some(node);
            self.readers = Readers::None;
            return;
        }
        self.readers = match std::mem::take(&mut self.readers) {
            Readers::None => Readers::One(node),
            Readers::One(first) if first == node => Readers::One(first),
            Readers::One(first) => Readers::Many(vec![first, node]),
            Readers::Many(mut readers) => {
                if readers.last() != Some(&node) {
                    readers.push(node);
                }
                Readers::Many(readers)
            }
        };
    }
}

fn fits(size: usize, phase: usize, region: Region) -> bool {
    size == region.size && region.start % size == phase
}

impl Regions {
    fn record(&mut self, region: Region, write: bool, node: NodeRef) {
        if let Regions::Grid {
            size,
            phase,
            records,
        } = self
        {
            if records.is_empty() {
                (*size, *phase) = (region.size, region.start % region.size);
            }
            if fits(*size, *phase, region) {
                records.entry(region.start).or_default().record(write, node);
                return;
            }
            let size = *size;
            let segments = std::mem::take(records)
                .into_iter()
                .map(|(start, record)| (start, (start + size, record)))
                .collect();
            *self = Regions::Segments(segments);
        }
        if let Regions::Segments(segments) = self {
            record_segment(segments, region, write, node);
        }
    }
}

/// Splits segments at the region's ends and records the access in each piece, filling gaps.
fn record_segment(
    segments: &mut BTreeMap<usize, (usize, Record)>,
    region: Region,
    write: bool,
    node: NodeRef,
) {
    let end = region.start + region.size;
    split_at(segments, region.start);
    split_at(segments, end);
    let mut position = region.start;
    let inside: Vec<usize> = segments
        .range(region.start..end)
        .map(|(&start, _)| start)
        .collect();
    let mut gaps = Vec::new();
    for start in inside {
        if position < start {
            gaps.push((position, start));
        }
        if let Some((segment_end, record)) = segments.get_mut(&start) {
            record.record(write, node);
            position = *segment_end;
        }
    }
    if position < end {
        gaps.push((position, end));
    }
    for (start, gap_end) in gaps {
        let mut record = Record::default();
        record.record(write, node);
        segments.insert(start, (gap_end, record));
    }
}

fn split_at(segments: &mut BTreeMap<usize, (usize, Record)>, position: usize) {
    let Some((_, (segment_end, record))) = segments.range_mut(..position).next_back() else {
        return;
    };
    if *segment_end > position {
        let tail = (*segment_end, record.clone());
        *segment_end = position;
        segments.insert(position, tail);
    }
}

/// Hashes an address by one multiplication (Fibonacci hashing, Knuth vol. 3, 6.4).
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct AddressHasher(u64);

type AddressHash = BuildHasherDefault<AddressHasher>;

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
mod tests;
