//! From the borrows of a loop form to the order of its nodes.
//!
//! Each variable that the loops borrow from is a *base*. An access is to a region of memory (an indexed
//! element, by address and size), or to the whole base. A write comes after every earlier access to what it overlaps, a read after every
//! earlier write. How regions are looked up is the business of `regions`.
//!
//! Only the driver uses these tables; they hold no references into the user's data, only addresses.

use super::accesses::{Accesses, Lone};
use super::reference::NodeRef;
use super::regions::{Region, Regions};

/// A variable that the loops borrow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base(pub(super) u32);

/// The earlier accesses of all bases.
#[derive(Debug, Default)]
pub(super) struct Hazards {
    bases: Vec<BaseTable>,
    /// Memory of earlier tables, for bases to come.
    spare: Vec<Vec<Accesses>>,
}

#[derive(Debug, Default)]
struct BaseTable {
    regions: Regions,
    /// The last access of the whole that wrote, and those since that read.
    whole: Lone,
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

impl Base {
    /// Its number among the variables of the loops.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Hazards {
    /// Tables in the memory of earlier ones.
    pub(super) fn within(spare: Vec<Vec<Accesses>>) -> Self {
        Hazards {
            bases: Vec::new(),
            spare,
        }
    }

    /// The tables' memory.
    pub(super) fn into_memory(self) -> Vec<Vec<Accesses>> {
        let bases = self.bases.into_iter();
        let used = bases.filter_map(|base| base.regions.into_memory());
        used.chain(self.spare).collect()
    }

    /// A new base without accesses.
    pub(super) fn base(&mut self) -> Base {
        let memory = self.spare.pop().unwrap_or_default();
        self.bases.push(BaseTable {
            regions: Regions::within(memory),
            ..BaseTable::default()
        });
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
            table.regions.forget();
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

#[cfg(test)]
mod tests;
