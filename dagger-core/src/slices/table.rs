//! The `const` tables of a graph that may be cut: what each node does with which value.

use crate::info::Facts;
use crate::lowered::Site;
use crate::pool::lane;

/// What the cutting of a graph needs to know, computed during macro expansion. Nodes are the units of the graph's plan.
#[derive(Debug)]
pub struct Slices {
    /// For each node, the values that it uses.
    pub uses: &'static [&'static [Use]],
    /// For each node, the tasks that it calls and whose own place counts.
    pub tasks: &'static [&'static [&'static Facts]],
    /// The caller's variables that nodes capture as they stand, so that no other worker can enter the graph.
    pub captured: &'static [&'static str],
    /// How many of the values are the caller's: the first ones.
    pub outers: u16,
    /// The other values that the block's result is made of.
    pub tail: &'static [u16],
}

/// What a node does with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The value.
    pub value: u16,
    /// Any of the constants below.
    pub how: u8,
}

impl Use {
    /// It needs what was there before.
    pub const NEEDS: u8 = 1;
    /// It leaves another version there.
    pub const MAKES: u8 = 2;
    /// It leaves nothing there.
    pub const TAKES: u8 = 4;
    /// It may use a borrow of the value.
    pub const BORROWS: u8 = 8;
    /// It may change the value through a borrow.
    pub const CHANGES: u8 = 16;

    /// The same, of a value among any number.
    pub(super) fn access(self) -> Access {
        Access {
            value: u32::from(self.value),
            how: self.how,
        }
    }
}

/// What a node does with a value, where there may be many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) value: u32,
    /// As in [`Use`].
    pub(super) how: u8,
}

impl Access {
    /// Whether the node needs what was there before.
    pub(super) fn needs(self) -> bool {
        self.how & Use::NEEDS != 0
    }

    /// Whether it leaves another version there.
    pub(super) fn makes(self) -> bool {
        self.how & Use::MAKES != 0
    }

    /// Whether it leaves nothing there.
    pub(super) fn takes(self) -> bool {
        self.how & Use::TAKES != 0
    }

    /// Whether it uses the value itself, not only a borrow of it.
    pub(super) fn is_direct(self) -> bool {
        self.how & (Use::NEEDS | Use::MAKES | Use::TAKES) != 0
    }

    /// Whether nothing else may use the place meanwhile.
    pub(super) fn is_exclusive(self) -> bool {
        self.how & (Use::MAKES | Use::TAKES | Use::CHANGES) != 0
    }
}

impl Slices {
    /// The first task of a node whose own place is on workers that it names.
    pub(super) fn placed(&self, node: usize) -> Option<&'static Facts> {
        let tasks = self.tasks.get(node).copied().unwrap_or_default();
        tasks
            .iter()
            .find(|task| {
                task.is_placed && (task.place)().is_some_and(|scope| scope.names_workers())
            })
            .copied()
    }
}

/// Whether a graph without `#[on(..)]` that is about to run here should be cut: the options around it or a task in it want other workers.
#[cold]
pub(crate) fn wanted(lane: &lane::Lane, site: &'static Site) -> bool {
    let Some(slices) = site.slices() else {
        return false;
    };
    let Some(node) = lane.home().and_then(|home| home.node()) else {
        return false;
    };
    if node.size() == 1 {
        return false;
    }
    if let Some(scope) = crate::dynamic::current::inherited_scope() {
        let here = node.rank();
        let (mut stays, mut leaves) = (false, false);
        for peer in node.peers() {
            let inside = peer.satisfies(&scope, here);
            *(if peer.worker == here {
                &mut stays
            } else {
                &mut leaves
            }) |= inside;
        }
        return leaves && (!stays || scope.names_workers() && !lane.inside.get());
    }
    if lane.inside.get() {
        return false;
    }
    let mut nodes = 0..slices.tasks.len();
    nodes.any(|node| slices.placed(node).is_some())
}
