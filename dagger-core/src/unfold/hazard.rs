//! From the borrows of a loop form to the order of its nodes.
//!
//! Each variable that the loops borrow from is a *base*. An access is to a region of memory (an indexed
//! element, by address and size), or to the whole base. A write comes after every earlier access to what it overlaps, a read after every
//! earlier write. How regions are looked up is the business of `regions`.
//!
//! Only the driver uses these tables; they hold no references into the user's data, only addresses.

use super::record::NodeRef;
use super::regions::{Region, Regions};

/// Readers of one thing beyond which those that have ended are forgotten.
const MANY_READERS: usize = 64;
/// Readers of one thing that need no allocation.
const READERS: usize = 3;

/// A variable that the loops borrow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base(pub(super) u32);

/// The earlier accesses of all bases.
#[derive(Debug, Default)]
pub(super) struct Hazards {
    bases: Vec<BaseTable>,
}

#[derive(Debug, Default)]
struct BaseTable {
    regions: Regions,
    /// The last access of the whole that wrote, and those since that read.
    whole: Accesses,
    /// Accesses through borrows of which only the base is known, since the last write of the whole.
    derived: Vec<(NodeRef, bool)>,
    /// Whether the driver has computed where a part lies, and whether a node may move the parts.
    reached: bool,
    moved: bool,
    /// When `derived` is this long, ended nodes are weeded out.
    weed_at: usize,
}

/// What the tables need to know of the nodes, and where they put what they find.
pub(super) struct Finder<'f> {
    /// The node that accesses.
    pub(super) node: NodeRef,
    /// The nodes that it must come after; may hold a node twice.
    pub(super) after: &'f mut Vec<NodeRef>,
    /// Whether a node may not have ended yet.
    pub(super) is_out: &'f dyn Fn(NodeRef) -> bool,
}

impl Hazards {
    /// A new base without accesses.
    pub(super) fn base(&mut self) -> Base {
        self.bases.push(BaseTable::default());
        Base(self.bases.len() as u32 - 1)
    }

    /// The driver computes where a part lies. Returns whether a node that is out may move it.
    #[inline]
    pub(super) fn reach(&mut self, base: Base, is_out: &dyn Fn(NodeRef) -> bool) -> bool {
        let table = &mut self.bases[base.0 as usize];
        table.reached = true;
        table.moved && table.whole.has_writer(is_out)
    }

    /// Whether some base has parts whose place was computed and that nodes may move.
    pub(super) fn moves_parts(&self) -> bool {
        self.bases.iter().any(|base| base.reached && base.moved)
    }

    /// The finder's node accesses `region`.
    #[inline]
    pub(super) fn part(
        &mut self,
        base: Base,
        region: Region,
        write: bool,
        finder: &mut Finder<'_>,
    ) {
        let table = &mut self.bases[base.0 as usize];
        table.whole.before(write, finder.after);
        before_all(&table.derived, write, finder);
        table.regions.access(region, write, finder);
    }

    /// The finder's node accesses the whole base.
    pub(super) fn whole(&mut self, base: Base, write: bool, finder: &mut Finder<'_>) {
        let table = &mut self.bases[base.0 as usize];
        table.regions.before_any(write, finder);
        before_all(&table.derived, write, finder);
        table.whole.access(write, finder);
        if write {
            table.moved = true;
            // Later accesses come after this one, and so after all that are forgotten here.
            table.regions = Regions::default();
            table.derived.clear();
        }
    }

    /// The finder's node uses a borrow that the base handed out, and of which nothing more is known. Its siblings are disjoint from
    /// it; direct accesses of any part are not.
    pub(super) fn derived(&mut self, base: Base, write: bool, finder: &mut Finder<'_>) {
        let table = &mut self.bases[base.0 as usize];
        table.whole.before(write, finder.after);
        table.regions.before_any(write, finder);
        if table.derived.len() >= table.weed_at.max(256) {
            table.derived.retain(|(node, _)| (finder.is_out)(*node));
            table.weed_at = table.derived.len() * 2;
        }
        table.derived.push((finder.node, write));
    }
}

#[inline]
fn before_all(accesses: &[(NodeRef, bool)], write: bool, finder: &mut Finder<'_>) {
    if accesses.is_empty() {
        return;
    }
    let conflicting = accesses.iter().filter(|(_, wrote)| write || *wrote);
    finder.after.extend(conflicting.map(|(node, _)| *node));
}

/// Who wrote last, and who has read since.
#[derive(Debug, Clone)]
pub(super) struct Accesses {
    writer: NodeRef,
    /// Filled from the front.
    readers: [NodeRef; READERS],
    /// More readers are rare enough for an allocation.
    #[allow(
        clippy::box_collection,
        reason = "a record is kept small: there is one for each element"
    )]
    more_readers: Option<Box<Vec<NodeRef>>>,
}

impl Default for Accesses {
    fn default() -> Self {
        Accesses {
            writer: NodeRef::NONE,
            readers: [NodeRef::NONE; READERS],
            more_readers: None,
        }
    }
}

impl Accesses {
    /// Finds what a further access must come after, and remembers it as that of the finder's node.
    #[inline]
    pub(super) fn access(&mut self, write: bool, finder: &mut Finder<'_>) {
        self.before(write, finder.after);
        if write {
            self.writer = finder.node;
            self.readers = [NodeRef::NONE; READERS];
            self.more_readers = None;
        } else if let Some(reader) = self.readers.iter_mut().find(|node| **node == NodeRef::NONE) {
            *reader = finder.node;
        } else {
            self.read_by_more(finder);
        }
    }

    #[inline(never)]
    fn read_by_more(&mut self, finder: &Finder<'_>) {
        let readers = self.more_readers.get_or_insert_default();
        // Those that have ended are looked for each time the number has doubled.
        if readers.len() >= MANY_READERS && readers.len().is_power_of_two() {
            readers.retain(|node| (finder.is_out)(*node));
        }
        readers.push(finder.node);
    }

    /// Adds to `after` what a further access must come after.
    #[inline]
    pub(super) fn before(&self, write: bool, after: &mut Vec<NodeRef>) {
        if write && self.readers[0] != NodeRef::NONE {
            let readers = self.readers.iter().copied();
            after.extend(readers.take_while(|node| *node != NodeRef::NONE));
            if let Some(readers) = &self.more_readers {
                after.extend_from_slice(readers);
            }
            // Readers come after the writer themselves, so it need not be repeated behind them.
        } else if self.writer != NodeRef::NONE {
            after.push(self.writer);
        }
    }

    /// Whether the last one that wrote may not have ended yet.
    fn has_writer(&self, is_out: &dyn Fn(NodeRef) -> bool) -> bool {
        self.writer != NodeRef::NONE && is_out(self.writer)
    }

    /// Whether all the nodes in it have ended.
    pub(super) fn is_over(&self, is_out: &dyn Fn(NodeRef) -> bool) -> bool {
        let over = |node: &NodeRef| *node == NodeRef::NONE || !is_out(*node);
        over(&self.writer)
            && self.readers.iter().all(over)
            && self
                .more_readers
                .as_ref()
                .is_none_or(|readers| readers.iter().all(over))
    }
}

#[cfg(test)]
mod tests;
