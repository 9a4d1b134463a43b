//! Which node: a word that names one.

/// Bits of a place in a window.
const PLACE_BITS: u32 = 12;
/// Bits of a whole name; the highest bit of the word is free for others' use.
const BITS: u32 = 31;

/// Names a node of a recording by its number, or one of a window by its place there and a stamp, which tells it from earlier users
/// of the place.
///
/// Stamps come again after 2^19 users of one place. A reference so old then names a node that is out
/// in place of one that has ended, which makes a needless edge, from an earlier node to a later one like all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeRef(u32);

impl NodeRef {
    /// No node.
    pub(super) const NONE: NodeRef = NodeRef(u32::MAX);
    /// So many nodes of a recording have names.
    pub(super) const NUMBERS: usize = 1 << BITS;
    /// So many places of a window have names.
    pub(super) const PLACES: usize = 1 << PLACE_BITS;

    /// The node with this number, less than [`NUMBERS`](Self::NUMBERS).
    #[inline]
    pub(super) const fn numbered(number: u32) -> NodeRef {
        debug_assert!((number as usize) < NodeRef::NUMBERS);
        NodeRef(number)
    }

    /// Its number.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        self.0
    }

    /// The user of a place, less than [`PLACES`](Self::PLACES), with as much of the stamp as there is room for.
    #[inline]
    pub(super) const fn placed(place: u32, stamp: u64) -> NodeRef {
        debug_assert!((place as usize) < NodeRef::PLACES);
        let most = (1 << (BITS - PLACE_BITS)) - 1;
        NodeRef(place | ((stamp & most) as u32) << PLACE_BITS)
    }

    /// Its place.
    #[inline]
    pub(super) const fn place(self) -> u32 {
        self.0 & (NodeRef::PLACES as u32 - 1)
    }
}
