//! Who wrote a thing last, and who has read it since.
//!
//! There is a record for each element that the loops borrow, and a large graph looks at them in no order: they are
//! kept to a quarter of a cache line. Three readers stand in the record; where there are more, the others are in pieces that all records of
//! a container share.

use super::hazard::Finder;
use super::reference::NodeRef;

/// Readers of one thing beyond which those that have ended are forgotten.
const MANY_READERS: u32 = 64;
/// Readers in one piece.
const PIECE: usize = 6;
/// No piece.
const NO_PIECE: u32 = u32::MAX;

/// Who wrote last, and who has read since. Belongs to one [`MoreReaders`], which each call is given.
#[derive(Debug)]
pub(super) struct Accesses {
    writer: NodeRef,
    /// Filled from the front.
    readers: [NodeRef; 2],
    rest: Rest,
}

/// Readers after the first two: a node, or a list of them.
#[derive(Debug, Clone, Copy)]
struct Rest(u32);

enum Readers {
    None,
    One(NodeRef),
    /// The piece that the list begins with.
    List(u32),
}

/// The readers that records have no room for.
#[derive(Debug)]
pub(super) struct MoreReaders {
    pieces: Vec<Piece>,
    /// The first piece in nobody's list.
    free: u32,
}

#[derive(Debug)]
struct Piece {
    /// Filled from the front; only a list's first piece has room.
    nodes: [NodeRef; PIECE],
    /// How many readers there are in the pieces behind.
    behind: u32,
    next: u32,
}

/// The record of a thing that is no part of another.
#[derive(Debug, Default)]
pub(super) struct Lone {
    accesses: Accesses,
    more: MoreReaders,
}

impl Default for Accesses {
    fn default() -> Self {
        Accesses {
            writer: NodeRef::NONE,
            readers: [NodeRef::NONE; 2],
            rest: Rest::NONE,
        }
    }
}

impl Default for MoreReaders {
    fn default() -> Self {
        MoreReaders {
            pieces: Vec::new(),
            free: NO_PIECE,
        }
    }
}

impl Accesses {
    /// Finds what a further access must come after, and remembers it as that of the finder's node.
    #[inline]
    pub(super) fn access(&mut self, write: bool, finder: &mut Finder<'_>, more: &mut MoreReaders) {
        self.before(write, finder.after, more);
        if write {
            self.forget_readers(more);
            self.writer = finder.node;
        } else if self.readers[0] == NodeRef::NONE {
            self.readers[0] = finder.node;
        } else if self.readers[1] == NodeRef::NONE {
            self.readers[1] = finder.node;
        } else {
            self.rest = match self.rest.readers() {
                Readers::None => Rest::one(finder.node),
                Readers::One(third) => {
                    let list = more.put(third, NO_PIECE);
                    Rest::list(more.put(finder.node, list))
                }
                Readers::List(list) => Rest::list(more.read(list, finder)),
            };
        }
    }

    /// Adds to `after` what a further access must come after.
    #[inline(always)]
    pub(super) fn before(&self, write: bool, after: &mut Vec<NodeRef>, more: &MoreReaders) {
        if write && self.readers[0] != NodeRef::NONE {
            after.push(self.readers[0]);
            if self.readers[1] != NodeRef::NONE {
                after.push(self.readers[1]);
                match self.rest.readers() {
                    Readers::None => {}
                    Readers::One(third) => after.push(third),
                    Readers::List(list) => after.extend(more.of(list)),
                }
            }
            // Readers come after the writer themselves, so it need not be repeated behind them.
        } else if self.writer != NodeRef::NONE {
            after.push(self.writer);
        }
    }

    /// Forgets who has read: their pieces are free for others.
    #[inline]
    pub(super) fn forget_readers(&mut self, more: &mut MoreReaders) {
        if let Readers::List(list) = self.rest.readers() {
            more.free(list);
        }
        self.readers = [NodeRef::NONE; 2];
        self.rest = Rest::NONE;
    }

    /// The same accesses for another thing.
    pub(super) fn duplicate(&self, more: &mut MoreReaders) -> Accesses {
        let rest = match self.rest.readers() {
            Readers::List(list) => {
                let readers: Vec<_> = more.of(list).collect();
                Rest::list(more.list(&readers))
            }
            _ => self.rest,
        };
        Accesses { rest, ..*self }
    }

    /// Whether all the nodes in it have ended.
    pub(super) fn is_over(&self, is_out: &dyn Fn(NodeRef) -> bool, more: &MoreReaders) -> bool {
        let over = |node: NodeRef| node == NodeRef::NONE || !is_out(node);
        over(self.writer)
            && self.readers.iter().copied().all(over)
            && match self.rest.readers() {
                Readers::None => true,
                Readers::One(third) => over(third),
                Readers::List(list) => more.of(list).all(over),
            }
    }
}

impl Rest {
    const NONE: Rest = Rest(u32::MAX);
    const LIST: u32 = 1 << 31;

    fn one(node: NodeRef) -> Rest {
        Rest(node.number())
    }

    fn list(first: u32) -> Rest {
        Rest(Rest::LIST | first)
    }

    #[inline]
    fn readers(self) -> Readers {
        match self.0 {
            u32::MAX => Readers::None,
            list if list & Rest::LIST != 0 => Readers::List(list & !Rest::LIST),
            node => Readers::One(NodeRef::numbered(node)),
        }
    }
}

impl MoreReaders {
    /// Adds a reader to a list, which may begin with another piece then.
    #[inline(never)]
    fn read(&mut self, list: u32, finder: &Finder<'_>) -> u32 {
        let piece = &self.pieces[list as usize];
        let full = piece.behind + PIECE as u32;
        let filled = piece.nodes[PIECE - 1] != NodeRef::NONE;
        // Those that have ended are looked for each time the number has doubled, within a piece's length.
        let doubled = full.next_power_of_two() - full < PIECE as u32;
        if filled && full >= MANY_READERS && doubled {
            let mut readers: Vec<_> = self
                .of(list)
                .filter(|&node| (finder.is_out)(node))
                .collect();
            readers.push(finder.node);
            self.free(list);
            return self.list(&readers);
        }
        self.put(finder.node, list)
    }

    /// Puts a reader into a list's first piece, or into a piece before that.
    fn put(&mut self, node: NodeRef, list: u32) -> u32 {
        let mut behind = 0;
        if let Some(piece) = self.pieces.get_mut(list as usize) {
            if let Some(room) = piece.nodes.iter_mut().find(|node| **node == NodeRef::NONE) {
                *room = node;
                return list;
            }
            behind = piece.behind + PIECE as u32;
        }
        let mut piece = Piece {
            nodes: [NodeRef::NONE; PIECE],
            behind,
            next: list,
        };
        piece.nodes[0] = node;
        match self.pieces.get_mut(self.free as usize) {
            Some(unused) => {
                let place = std::mem::replace(&mut self.free, unused.next);
                *unused = piece;
                place
            }
            None => {
                self.pieces.push(piece);
                let place = self.pieces.len() - 1;
                assert!(place < Rest::LIST as usize - 1, "too many readers to count");
                place as u32
            }
        }
    }

    /// A list of these readers, at least one.
    fn list(&mut self, readers: &[NodeRef]) -> u32 {
        let first = |list, &node| self.put(node, list);
        readers.iter().fold(NO_PIECE, first)
    }

    /// The readers in a list.
    fn of(&self, list: u32) -> impl Iterator<Item = NodeRef> {
        let pieces = std::iter::successors(self.pieces.get(list as usize), |piece| {
            self.pieces.get(piece.next as usize)
        });
        pieces
            .flat_map(|piece| piece.nodes)
            .filter(|node| *node != NodeRef::NONE)
    }

    fn free(&mut self, list: u32) {
        let mut last = list;
        while self.pieces[last as usize].next != NO_PIECE {
            last = self.pieces[last as usize].next;
        }
        self.pieces[last as usize].next = std::mem::replace(&mut self.free, list);
    }
}

impl Lone {
    /// As [`Accesses::access`].
    #[inline]
    pub(super) fn access(&mut self, write: bool, finder: &mut Finder<'_>) {
        self.accesses.access(write, finder, &mut self.more);
    }

    /// As [`Accesses::before`].
    #[inline]
    pub(super) fn before(&self, write: bool, after: &mut Vec<NodeRef>) {
        self.accesses.before(write, after, &self.more);
    }

    /// Whether the last one that wrote may not have ended yet.
    pub(super) fn has_writer(&self, is_out: &dyn Fn(NodeRef) -> bool) -> bool {
        let writer = self.accesses.writer;
        writer != NodeRef::NONE && is_out(writer)
    }
}
