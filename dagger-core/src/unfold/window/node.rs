//! A node of the window.

use super::{ANYWHERE, Window};
use crate::ends::Countdown;
use crate::pool::JobHead;
use crate::sync::atomic::AtomicPtr;
use crate::unfold::body::Body;
use crate::unfold::free_list::Linked;
use crate::unfold::successors::{Edge, Successors};
use std::ptr;

/// One node.
///
/// Cache lines often come from another core, so the order of the fields matters: what who ends an earlier node needs is in the first
/// line, what who runs a node needs is in the next ones, and what only the driver needs comes last.
#[repr(C, align(64))]
pub(super) struct Node {
    pub(super) head: JobHead,
    pub(super) pending: Countdown,
    /// The thread it is confined to; [`ANYWHERE`] if to none.
    pub(super) pin: u32,
    pub(super) successors: Successors<Node>,
    /// The first edges into it.
    edges: [Edge<Node>; NEAR_EDGES],
    pub(super) window: *const Window,
    pub(super) next_free: AtomicPtr<Node>,
    /// How long it ran, in ticks.
    pub(super) took: u64,
    /// Its position in program order.
    pub(super) sequence: u64,
    pub(super) statement: u32,
    pub(super) priority: i32,
    /// Its place in the window.
    pub(super) place: u32,
    pub(super) used_edges: u32,
    pub(super) body: Body,
    further_edges: [Edge<Node>; EDGES - NEAR_EDGES],
    /// Boxed because other nodes' lists point to them while this grows.
    #[allow(clippy::vec_box, reason = "the cells must not move")]
    more_edges: Vec<Box<Edge<Node>>>,
}

/// Edges in the first cache line.
const NEAR_EDGES: usize = 2;
/// Edges into a node that need no allocation.
const EDGES: usize = 6;

// SAFETY: `next_free` is used by the list only.
unsafe impl Linked for Node {
    unsafe fn link<'a>(node: *mut Node) -> &'a AtomicPtr<Node> {
        // SAFETY: the caller's promise.
        unsafe { &(*node).next_free }
    }
}

impl Node {
    /// The next edge into the node, for the driver: it counts as used once the driver says so in `used_edges`.
    ///
    /// # Safety
    /// The node is valid and has not been let go.
    pub(super) unsafe fn unused_edge(node: *mut Node) -> *mut Edge<Node> {
        // SAFETY: the caller's promise; only the driver uses a node that has not been let go. The edges in use are not
        // touched: who ends earlier nodes reads them.
        unsafe {
            let used = (*node).used_edges as usize;
            if used < NEAR_EDGES {
                &raw mut (*node).edges[used]
            } else if used < EDGES {
                &raw mut (*node).further_edges[used - NEAR_EDGES]
            } else {
                (*node).more_edges.push(Box::new(Edge::unused()));
                &raw mut **(*node).more_edges.last_mut().expect("just pushed")
            }
        }
    }

    /// Gives up the edges of the node that was in this place before.
    ///
    /// # Safety
    /// As for [`unused_edge`](Self::unused_edge), and none is in use.
    pub(super) unsafe fn forget_edges(node: *mut Node) {
        // SAFETY: the caller's promise.
        unsafe {
            // The cells beyond lie in a cache line that most nodes never touch.
            if (*node).used_edges as usize >= EDGES {
                (*node).more_edges.clear();
            }
            (*node).used_edges = 0;
        }
    }

    /// A node that nobody uses, in place `place` of a window.
    pub(super) fn blank(window: &Window, place: u32) -> Node {
        Node {
            head: JobHead::within(window.task, Window::run_job),
            pending: Countdown::new(0),
            statement: 0,
            sequence: 0,
            pin: ANYWHERE,
            priority: 0,
            place,
            used_edges: 0,
            successors: Successors::new_closed(),
            next_free: AtomicPtr::new(ptr::null_mut()),
            took: 0,
            window,
            body: Body::empty(),
            edges: [const { Edge::unused() }; NEAR_EDGES],
            further_edges: [const { Edge::unused() }; EDGES - NEAR_EDGES],
            more_edges: Vec::new(),
        }
    }

    /// The same for a node that another window has used and nobody uses any more.
    pub(super) fn belong_to(&mut self, window: &Window, place: u32) {
        self.head = JobHead::within(window.task, Window::run_job);
        self.window = window;
        self.place = place;
        self.more_edges = Vec::new();
    }
}
