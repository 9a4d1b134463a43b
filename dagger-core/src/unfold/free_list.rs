//! Nodes that have ended, on their way back to the driver.
//!
//! Any thread pushes; only the driver takes, and it takes everything, so no ABA problem arises. The head
//! also carries a mark that says that the driver is waiting: who pushes over the mark must wake it, and who pushes
//! touches nothing of the list afterwards, because the driver may end the whole graph as soon as it has the node.

use crate::sync::atomic::{AtomicPtr, Ordering};
use std::ptr;

/// A node that can be in the list.
///
/// # Safety
/// `link` returns the same field for the same node, which nobody else uses while the node is in the list.
pub(super) unsafe trait Linked {
    /// The field that points to the next node.
    ///
    /// # Safety
    /// `node` is valid.
    unsafe fn link<'a>(node: *mut Self) -> &'a AtomicPtr<Self>
    where
        Self: Sized;
}

/// The list.
#[derive(Debug)]
pub(super) struct FreeList<N> {
    head: AtomicPtr<N>,
}

/// The driver waits; not a node. Never dereferenced.
fn waiting<N>() -> *mut N {
    ptr::without_provenance_mut(1)
}

impl<N: Linked> FreeList<N> {
    /// An empty list.
    pub(super) fn new() -> Self {
        FreeList {
            head: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Gives a node back. Returns whether the driver must be woken.
    ///
    /// # Safety
    /// `this` is valid until the node is in the list, and neither is used by the caller afterwards.
    #[must_use]
    pub(super) unsafe fn push(this: *const Self, node: *mut N) -> bool {
        // SAFETY: the caller's promise, here and in each use below: the node is not in the list yet.
        let head = unsafe { &(*this).head };
        // relaxed: only a first guess for the exchange below.
        let mut seen = head.load(Ordering::Relaxed);
        loop {
            let below = if seen == waiting() {
                ptr::null_mut()
            } else {
                seen
            };
            // SAFETY: the node is the caller's until the exchange succeeds.
            // relaxed: published by the exchange.
            unsafe { N::link(node) }.store(below, Ordering::Relaxed);
            // Release pairs with the Acquire in `take`.
            // relaxed: on failure, only the next guess.
            match head.compare_exchange_weak(seen, node, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return seen == waiting(),
                Err(now) => seen = now,
            }
        }
    }

    /// Takes all nodes, by the driver, and takes the mark back.
    pub(super) fn take(&self) -> Taken<N> {
        // Acquire pairs with the Release in `push`; each push goes on the release sequence of those before it.
        let first = self.head.swap(ptr::null_mut(), Ordering::Acquire);
        Taken {
            node: if first == waiting() {
                ptr::null_mut()
            } else {
                first
            },
        }
    }

    /// Marks an empty list as waited for, by the driver. Returns whether there is a node to take instead.
    pub(super) fn wait(&self) -> bool {
        // relaxed: the mark carries nothing but itself; what a node carries is acquired by `take`.
        match self.head.compare_exchange(
            ptr::null_mut(),
            waiting(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        ) {
            Ok(_) => false,
            Err(head) => head != waiting(),
        }
    }
}

/// Nodes taken from the list.
#[derive(Debug)]
pub(super) struct Taken<N> {
    node: *mut N,
}

impl<N: Linked> Iterator for Taken<N> {
    type Item = *mut N;

    fn next(&mut self) -> Option<*mut N> {
        if self.node.is_null() {
            return None;
        }
        let node = self.node;
        // SAFETY: the node was in the list, so it is valid and ours.
        // relaxed: written before the push that `take` has acquired.
        self.node = unsafe { N::link(node) }.load(Ordering::Relaxed);
        Some(node)
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicBool;

    struct Node(AtomicPtr<Node>);

    // SAFETY: the one field.
    unsafe impl Linked for Node {
        unsafe fn link<'a>(node: *mut Node) -> &'a AtomicPtr<Node> {
            // SAFETY: the caller's promise.
            unsafe { &(*node).0 }
        }
    }

    /// Two threads give nodes back while the driver waits: it gets both, and it is never left waiting without a wake.
    #[test]
    fn loom_every_node_comes_back_and_a_waiting_driver_is_woken() {
        loom::model(|| {
            let list = Arc::new(FreeList::<Node>::new());
            let woken = Arc::new(AtomicBool::new(false));
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let (list, woken) = (Arc::clone(&list), Arc::clone(&woken));
                    loom::thread::spawn(move || {
                        let node = Box::into_raw(Box::new(Node(AtomicPtr::new(ptr::null_mut()))));
                        // SAFETY: the Arc keeps the list; the node is given away.
                        if unsafe { FreeList::push(&*list, node) } {
                            woken.store(true, Ordering::Release);
                        }
                    })
                })
                .collect();
            let mut back = 0;
            let waits = !list.wait();
            for thread in threads {
                thread.join().expect("no panic");
            }
            assert!(!waits || woken.load(Ordering::Acquire));
            for node in list.take() {
                // SAFETY: from `Box::into_raw` above, taken once. The iterator has read its link already.
                drop(unsafe { Box::from_raw(node) });
                back += 1;
            }
            assert_eq!(back, 2);
        });
    }
}
