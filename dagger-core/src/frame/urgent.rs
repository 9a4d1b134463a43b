//! The ready nodes of a graph with priorities, the most urgent first.
//!
//! Deques are first in, first out or last in, first out; they know no priorities. In a graph in which a node has a priority,
//! each ready node that may run on any thread goes into a heap instead, and a *token*, a job of the graph's own head,
//! into the deque. Whoever draws a token runs the most urgent node of the heap. A thread that goes straight on with a node that
//! it made ready swaps it for a more urgent one first. So there is always one token for each node in the heap, no token
//! outlives the graph, and no node is started while a more urgent one is known to be ready.
//!
//! A graph without priorities has none of this. The dynamic tasks' [`Home`](crate::dynamic) does the same for `spawn!`.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ready nodes, each known by an `N`.
#[derive(Debug)]
pub(crate) struct Urgent<N> {
    heap: Mutex<BinaryHeap<Ready<N>>>,
}

/// A ready node: how urgent it is, and its place in the program's order, of which the earlier goes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready<N> {
    pub(crate) priority: i32,
    pub(crate) order: u64,
    pub(crate) node: N,
}

impl<N: Copy> Urgent<N> {
    /// No nodes.
    pub(crate) fn new() -> Self {
        Urgent {
            heap: Mutex::new(BinaryHeap::new()),
        }
    }

    /// Adds a node; the caller queues a token for it afterwards.
    pub(crate) fn add(&self, ready: Ready<N>) {
        self.heap().push(ready);
    }

    /// The node that a token drawn from a queue stands for.
    ///
    /// # Panics
    /// If there are more tokens than nodes.
    pub(crate) fn redeem(&self) -> N {
        let most = self.heap().pop();
        most.expect("there is a node for each token").node
    }

    /// The most urgent of this node, which the caller is going to run, and those that wait: the other one waits.
    pub(crate) fn swap(&self, ready: Ready<N>) -> N {
        let mut heap = self.heap();
        match heap.peek_mut() {
            Some(mut most) if *most > ready => std::mem::replace(&mut *most, ready).node,
            _ => ready.node,
        }
    }

    fn heap(&self) -> MutexGuard<'_, BinaryHeap<Ready<N>>> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N> Ord for Ready<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority
            .cmp(&other.priority)
            .then(other.order.cmp(&self.order))
    }
}

impl<N> PartialOrd for Ready<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<N> PartialEq for Ready<N> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<N> Eq for Ready<N> {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn ready(priority: i32, order: u64) -> Ready<(i32, u64)> {
        Ready {
            priority,
            order,
            node: (priority, order),
        }
    }

    #[test]
    fn the_most_urgent_comes_first_then_program_order() {
        let urgent = Urgent::new();
        for (priority, order) in [(0, 3), (2, 9), (2, 4), (-1, 0)] {
            urgent.add(ready(priority, order));
        }
        let drawn: Vec<_> = (0..4).map(|_| urgent.redeem()).collect();
        assert_eq!(drawn, [(2, 4), (2, 9), (0, 3), (-1, 0)]);
    }

    #[test]
    fn swapping_keeps_the_count() {
        let urgent = Urgent::new();
        assert_eq!(urgent.swap(ready(1, 1)), (1, 1), "nobody else waits");
        urgent.add(ready(5, 5));
        assert_eq!(urgent.swap(ready(1, 1)), (5, 5));
        assert_eq!(urgent.swap(ready(1, 0)), (1, 0), "the earlier of two");
        assert_eq!(urgent.redeem(), (1, 1));
    }
}
