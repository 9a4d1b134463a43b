//! A node of the window.

use super::{ANYWHERE, EDGES, Window};
use crate::ends::Countdown;
use crate::pool::JobHead;
use crate::sync::atomic::AtomicPtr;
use crate::unfold::body::Body;
use crate::unfold::free_list::Linked;
use crate::unfold::reference::NodeRef;
use crate::unfold::successors::{Edge, Successors};
use std::ptr;

/// One node. Who ends an earlier one reads an edge, counts down and asks where the node may run: that much is in the first cache
/// line, which often comes from another core.
#[repr(C, align(64))]
pub(super) struct Node {
    pub(super) head: JobHead,
    pub(super) pending: Countdown,
    /// The thread it is confined to; [`ANYWHERE`] if to none.
    pub(super) pin: u32,
    pub(super) edges: [Edge<Node>; EDGES],
    pub(super) successors: Successors<Node>,
    pub(super) next_free: AtomicPtr<Node>,
    /// How long it ran, in ticks.
    pub(super) took: u64,
    pub(super) window: *const Window,
    /// Its position in program order.
    pub(super) sequence: u64,
    pub(super) statement: u32,
    pub(super) priority: i32,
    pub(super) body: Body,
    /// How many nodes have been in this place.
    pub(super) stamp: u64,
    pub(super) index: u32,
    pub(super) used_edges: u32,
    /// Boxed because other nodes' lists point to them while this grows.
    #[allow(clippy::vec_box, reason = "the cells must not move")]
    pub(super) more_edges: Vec<Box<Edge<Node>>>,
}

// SAFETY: `next_free` is used by the list only.
unsafe impl Linked for Node {
    unsafe fn link<'a>(node: *mut Node) -> &'a AtomicPtr<Node> {
        // SAFETY: the caller's promise.
        unsafe { &(*node).next_free }
    }
}

impl Node {
    /// The name of who uses this place now. For the driver.
    ///
    /// # Safety
    /// `node` is valid.
    #[inline]
    pub(super) unsafe fn reference(node: *const Node) -> NodeRef {
        // SAFETY: the caller's promise; both are written by the driver alone.
        unsafe { NodeRef::placed((*node).index, (*node).stamp) }
    }

    /// A node that nobody uses, in place `index` of a window.
    pub(super) fn blank(window: &Window, index: u32) -> Node {
        Node {
            head: JobHead::within(window.task, Window::run_job),
            pending: Countdown::new(0),
            statement: 0,
            sequence: 0,
            stamp: 0,
            pin: ANYWHERE,
            priority: 0,
            index,
            used_edges: 0,
            successors: Successors::new_closed(),
            next_free: AtomicPtr::new(ptr::null_mut()),
            took: 0,
            window,
            body: Body::empty(),
            edges: [const { Edge::unused() }; EDGES],
            more_edges: Vec::new(),
        }
    }

    /// The same for a node that another window has used and nobody uses any more.
    pub(super) fn belong_to(&mut self, window: &Window, index: u32) {
        self.head = JobHead::within(window.task, Window::run_job);
        self.window = window;
        self.index = index;
        self.more_edges = Vec::new();
    }
}
