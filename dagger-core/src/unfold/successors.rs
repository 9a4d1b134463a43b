//! The list of nodes that wait for one node: the driver pushes, the thread that ends the node closes.
//!
//! An edge's cell lies in the *later* node, which cannot run, and so cannot be reused, before the cell has
//! been taken out of the closed list. So whoever walks a closed list reads a cell's `next` before it counts
//! the later node down.

use crate::sync::atomic::{AtomicPtr, Ordering};
use std::ptr;

/// A list that can be closed once, and be opened again by its owner.
#[derive(Debug)]
pub(super) struct Successors<N> {
    head: AtomicPtr<Edge<N>>,
}

/// One edge: a cell of the earlier node's list, kept in the later node.
#[derive(Debug)]
pub(super) struct Edge<N> {
    next: *mut Edge<N>,
    to: *mut N,
}

impl<N> Edge<N> {
    /// A cell that is in no list.
    pub(super) const fn unused() -> Self {
        Edge {
            next: ptr::null_mut(),
            to: ptr::null_mut(),
        }
    }
}

/// The end of a list that takes no more edges. Never dereferenced.
fn closed<N>() -> *mut Edge<N> {
    ptr::without_provenance_mut(1)
}

impl<N> Successors<N> {
    /// A list that is closed already: that of a node that was never used.
    pub(super) fn new_closed() -> Self {
        Successors {
            head: AtomicPtr::new(closed()),
        }
    }

    /// Makes the list empty and open, by the driver, for a node that nobody else knows.
    pub(super) fn open(&self) {
        // relaxed: published together with the node.
        self.head.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// Whether the node has ended; then what it wrote is visible.
    pub(super) fn is_closed(&self) -> bool {
        // Acquire pairs with the swap in `close`.
        self.head.load(Ordering::Acquire) == closed()
    }

    /// Adds an edge to `to`, by the driver. Returns false if the list is closed; then what its node wrote is visible. `count` is
    /// called before each attempt to publish the edge and `uncount` after each that failed.
    ///
    /// # Safety
    /// `edge` is valid, in no list, and stays until taken out of the closed list.
    pub(super) unsafe fn push(
        &self,
        edge: *mut Edge<N>,
        to: *mut N,
        count: impl Fn(),
        uncount: impl Fn(),
    ) -> bool {
        // Acquire pairs with the swap in `close`.
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            if head == closed() {
                return false;
            }
            // SAFETY: the caller's promise; nobody else sees the cell before the exchange.
            unsafe { edge.write(Edge { next: head, to }) };
            count();
            // Release pairs with the Acquire half of the swap in `close`; Acquire on failure pairs with its Release half.
            match self
                .head
                .compare_exchange(head, edge, Ordering::Release, Ordering::Acquire)
            {
                Ok(_) => return true,
                Err(seen) => {
                    uncount();
                    head = seen;
                }
            }
        }
    }

    /// Closes the list, by the thread that ended the node, and hands out the nodes in it.
    pub(super) fn close(&self) -> Closed<N> {
        // AcqRel: Release pairs with the driver's Acquire loads of the closed mark, Acquire with its pushes.
        let first = self.head.swap(closed(), Ordering::AcqRel);
        debug_assert_ne!(first, closed(), "a node ends once");
        Closed { edge: first }
    }
}

/// The nodes of a closed list. Counting a node down gives its cell away, so `next` reads ahead.
#[derive(Debug)]
pub(super) struct Closed<N> {
    edge: *mut Edge<N>,
}

impl<N> Iterator for Closed<N> {
    type Item = *mut N;

    fn next(&mut self) -> Option<*mut N> {
        if self.edge.is_null() {
            return None;
        }
        // SAFETY: the cell lies in a node that still waits for ours, until the caller counts it down.
        let (next, to) = unsafe { ((*self.edge).next, (*self.edge).to) };
        self.edge = next;
        Some(to)
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicU32;

    /// Two nodes end while the driver adds a third that waits for both: it becomes ready exactly once.
    #[test]
    fn loom_a_node_becomes_ready_exactly_once() {
        loom::model(|| {
            let lists: Arc<[Successors<AtomicU32>; 2]> =
                Arc::new([Successors::new_closed(), Successors::new_closed()]);
            lists.iter().for_each(Successors::open);
            let later = Arc::new(AtomicU32::new(1));
            let ready = Arc::new(AtomicU32::new(0));
            let down = |later: &AtomicU32, ready: &AtomicU32| {
                if later.fetch_sub(1, Ordering::AcqRel) == 1 {
                    ready.fetch_add(1, Ordering::Relaxed);
                }
            };
            let enders: Vec<_> = (0..2)
                .map(|index| {
                    let (lists, ready) = (Arc::clone(&lists), Arc::clone(&ready));
                    loom::thread::spawn(move || {
                        for node in lists[index].close() {
                            // SAFETY: `later` outlives the threads.
                            down(unsafe { &*node }, &ready);
                        }
                    })
                })
                .collect();
            let mut edges = [Edge::unused(), Edge::unused()];
            let pointer = ptr::from_ref(&*later).cast_mut();
            for (list, edge) in lists.iter().zip(&mut edges) {
                // SAFETY: the cells live until the threads are joined below.
                unsafe {
                    list.push(
                        edge,
                        pointer,
                        || {
                            later.fetch_add(1, Ordering::Relaxed);
                        },
                        || {
                            later.fetch_sub(1, Ordering::Relaxed);
                        },
                    );
                }
            }
            down(&later, &ready);
            for ender in enders {
                ender.join().expect("no panic");
            }
            assert_eq!(ready.load(Ordering::Relaxed), 1);
            assert_eq!(later.load(Ordering::Relaxed), 0);
        });
    }
}
