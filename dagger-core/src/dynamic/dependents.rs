//! Who wants to know when a task ends: an intrusive list that is pushed to until it is closed, once.
//!
//! # Protocol
//!
//! `head` points to the newest [`Edge`], or holds the mark CLOSED. Pushing exchanges the head for the new edge unless it is
//! CLOSED; closing swaps CLOSED in and so takes the whole list at once. An edge is therefore either in the list
//! that the closer took, and is told, or its push fails and its owner knows at once. There is no other removal, so there is
//! no ABA problem.
//!
//! Edges are not owned by the list: an edge inside a task's own block or on a waiting thread's stack must stay where it is
//! until it has been told.

use crate::cluster::{Moved, Node};
use crate::dynamic::block::Header;
use crate::dynamic::waiter::{Awaiting, Waiter};
use crate::sync::atomic::{AtomicPtr, Ordering};
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// Who is told.
#[derive(Debug)]
pub(crate) enum Notify {
    /// A task that needs the value: one dependency less.
    Task(NonNull<Header>),
    /// A thread that waits; the waiter is on its stack.
    Thread(NonNull<Waiter>),
    /// A future that was polled. The edge itself is a box that whoever tells it frees.
    Future(Arc<Awaiting>),
    /// Other workers that know of the task, by this worker's node and the task's number. The edge is a box as above.
    Cluster(&'static Node, u64),
    /// A task of this worker that another one runs under this task's name. The edge is a box as above.
    Moved(Moved),
}

/// One entry of the list.
#[derive(Debug)]
pub(crate) struct Edge {
    next: *mut Edge,
    pub(crate) notify: Notify,
}

impl Edge {
    pub(crate) fn new(notify: Notify) -> Self {
        Edge {
            next: ptr::null_mut(),
            notify,
        }
    }
}

/// The list; see the module's page.
#[derive(Debug)]
pub(crate) struct Dependents {
    head: AtomicPtr<Edge>,
}

/// The mark of a closed list: an address that no edge has.
fn closed() -> *mut Edge {
    ptr::without_provenance_mut(align_of::<Edge>() - 1)
}

impl Dependents {
    pub(crate) fn new() -> Self {
        Dependents {
            head: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Adds an edge. False when the list is closed: the task has its value or its error in place, but its phase may say so only a few
    /// instructions later, for which `Header::tell_of_end` waits.
    ///
    /// # Safety
    /// `edge` must be valid and untouched by others until it has been told, if this returns true.
    #[must_use]
    pub(crate) unsafe fn push(&self, edge: NonNull<Edge>) -> bool {
        // Acquire pairs with the Release in `close`: who finds it closed may read the value.
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            if head == closed() {
                return false;
            }
            // SAFETY: until the exchange below succeeds the edge is only ours.
            unsafe { (*edge.as_ptr()).next = head };
            // Release pairs with the Acquire in `close`: who tells the edge sees its contents. Acquire on failure as above.
            match self.head.compare_exchange_weak(
                head,
                edge.as_ptr(),
                Ordering::Release,
                Ordering::Acquire,
            ) {
                Ok(_) => return true,
                Err(now) => head = now,
            }
        }
    }

    /// Tells the processor that the newest edge is about to be read. It is in another task's block, seldom in the cache, and
    /// the task that is to end can run while it is fetched.
    #[inline]
    pub(crate) fn prefetch(&self) {
        #[cfg(all(target_arch = "x86_64", not(loom), not(miri)))]
        {
            use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // relaxed: only an address to fetch, never looked at.
            let newest = self.head.load(Ordering::Relaxed);
            // SAFETY: prefetching is possible at any address, valid or not.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(newest.cast_const().cast()) };
        }
    }

    /// Closes the list and gives its edges, in the order in which they were added.
    #[inline]
    pub(crate) fn close(&self) -> Edges {
        // Acquire pairs with the Release in `push`; Release pairs with the Acquire in `push`.
        let newest = self.head.swap(closed(), Ordering::AcqRel);
        debug_assert_ne!(newest, closed(), "a task ends once");
        let mut oldest = ptr::null_mut();
        let mut next = newest;
        while let Some(edge) = NonNull::new(next) {
            // SAFETY: the edges of a closed list belong to the closer until it has told them.
            let edge = unsafe { &mut *edge.as_ptr() };
            next = edge.next;
            edge.next = oldest;
            oldest = edge;
        }
        Edges { next: oldest }
    }
}

/// The edges of a closed list, oldest first. Reading one gives up the right to look at it once it is told.
pub(crate) struct Edges {
    next: *mut Edge,
}

impl Iterator for Edges {
    type Item = NonNull<Edge>;

    #[inline]
    fn next(&mut self) -> Option<NonNull<Edge>> {
        let edge = NonNull::new(self.next)?;
        // SAFETY: as in `close`; the successor is read before the edge is handed out and told.
        self.next = unsafe { (*edge.as_ptr()).next };
        Some(edge)
    }
}
