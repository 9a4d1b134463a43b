//! What becomes of a node that is ready: whose it is to run, and in which order.

use super::{ANYWHERE, Node, Window};
use crate::frame::{Ready, Urgent};
use crate::pool::{Job, JobHead, Kind, Worker, lane};

/// A ready node in the heap of those with priorities.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadyNode(pub(super) *mut Node);

// SAFETY: a ready node may be run on any thread.
unsafe impl Send for ReadyNode {}

impl Window {
    /// # Safety
    /// `head` begins a window that has a ready node for this token.
    pub(super) unsafe fn run_token(head: *const JobHead, _: u32) {
        lane::with(|lane| {
            let worker = lane.worker().expect("jobs run on workers");
            lane.begin(crate::lowered::stack_depth());
            // SAFETY: the window lives as long as a node of it is out, as the token's is.
            let urgent = unsafe { &(*head.cast::<Window>()).urgent };
            let urgent = urgent
                .as_ref()
                .expect("tokens come from windows with a heap");
            // SAFETY: the node is ready, and nobody else gets it out of the heap.
            unsafe { Window::run_from(urgent.redeem().0, worker) };
        });
    }

    /// Gives a ready node away: to the thread it is confined to, or to whoever is idle.
    ///
    /// # Safety
    /// The node is ready, and offered only here.
    pub(super) unsafe fn offer(&self, worker: &Worker, node: *mut Node) {
        // SAFETY: a ready node is the caller's until it is offered.
        let pin = unsafe { (*node).pin };
        // SAFETY: the node is ready, pushed once, and lives in the window until it has run.
        let job = unsafe { Job::new(node.cast(), 0) };
        match &self.urgent {
            _ if pin != ANYWHERE => self.pool.send_to(pin as usize, Kind::Fork, job),
            None => worker.push_fork(job),
            Some(urgent) => {
                // SAFETY: as above.
                urgent.add(unsafe { Window::ready(node) });
                // SAFETY: the window lives as long as the node that the token stands for is out.
                worker.push_fork(unsafe { Job::new(&raw const self.token, 0) });
            }
        }
    }

    /// # Safety
    /// The node is ready and the caller's.
    #[cold]
    pub(super) unsafe fn ready(node: *mut Node) -> Ready<ReadyNode> {
        // SAFETY: the caller's promise. `sequence` is the driver's, who does not write it while the node is out.
        let (priority, order) = unsafe { ((*node).priority, (*node).sequence) };
        Ready {
            priority,
            order,
            node: ReadyNode(node),
        }
    }

    /// This ready node, or a more urgent one that waits, in whose place it then waits.
    ///
    /// # Safety
    /// The node is ready and the caller's.
    pub(super) unsafe fn most_urgent(urgent: &Urgent<ReadyNode>, node: *mut Node) -> *mut Node {
        // SAFETY: the caller's promise.
        let (pin, ready) = unsafe { ((*node).pin, Window::ready(node)) };
        // A node that is confined to this thread cannot wait for whoever comes.
        if pin == ANYWHERE {
            urgent.swap(ready).0
        } else {
            node
        }
    }

    /// The more urgent of two ready nodes and the other one; the first may be null.
    ///
    /// # Safety
    /// The nodes are ready and the caller's, and not confined to another thread.
    #[inline]
    pub(super) unsafe fn sorted(
        &self,
        first: *mut Node,
        second: *mut Node,
    ) -> (*mut Node, *mut Node) {
        // SAFETY: the caller's promise.
        let swaps = !first.is_null()
            && self.urgent.is_some()
            && unsafe { Window::ready(second) > Window::ready(first) };
        if first.is_null() || swaps {
            (second, first)
        } else {
            (first, second)
        }
    }
}
