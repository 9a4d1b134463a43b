//! The protocol of the window under every interleaving: a driver makes nodes while another thread ends them.
//!
//! The lists and countdowns are the window's own; the nodes here do nothing but access cells that loom watches, and the queue is a
//! locked vector. A node that runs before one it comes after, or twice, is an error of the model, and so is a node that
//! the driver has back while somebody still uses it.

use crate::Error;
use crate::ends::{Countdown, EarliestFailure};
use crate::sync::atomic::AtomicPtr;
use crate::sync::{Mutex, UnsafeCell};
use crate::unfold::free_list::{FreeList, Linked};
use crate::unfold::successors::{Edge, Successors};
use loom::sync::Arc;
use loom::thread;
use std::ptr;

struct Node {
    pending: Countdown,
    successors: Successors<Node>,
    next_free: AtomicPtr<Node>,
    edges: [Edge<Node>; 2],
    sequence: u64,
    after: Vec<*mut Node>,
    ran: UnsafeCell<u32>,
}

// SAFETY: `next_free` is used by the list only.
unsafe impl Linked for Node {
    unsafe fn link<'a>(node: *mut Node) -> &'a AtomicPtr<Node> {
        // SAFETY: the caller's promise.
        unsafe { &(*node).next_free }
    }
}

/// A pointer that goes from thread to thread.
struct Ready(*mut Node);

// SAFETY: nodes are used by the protocol under test.
unsafe impl Send for Ready {}

struct Window {
    free: FreeList<Node>,
    failure: EarliestFailure,
    fails: &'static [u64],
    queue: Mutex<Vec<Ready>>,
}

// SAFETY: as for the real one.
unsafe impl Sync for Window {}
// SAFETY: as for the real one.
unsafe impl Send for Window {}

impl Window {
    fn push(&self, node: *mut Node) {
        self.queue.lock().unwrap().push(Ready(node));
    }

    fn pop(&self) -> Option<*mut Node> {
        self.queue.lock().unwrap().pop().map(|ready| ready.0)
    }

    /// What `Window::link` and `Window::node` do.
    fn node(&self, sequence: u64, after: &[*mut Node]) -> *mut Node {
        let node = Box::into_raw(Box::new(Node {
            pending: Countdown::new(1),
            successors: Successors::new_closed(),
            next_free: AtomicPtr::new(ptr::null_mut()),
            edges: [const { Edge::unused() }; 2],
            sequence,
            after: after.to_vec(),
            ran: UnsafeCell::new(0),
        }));
        // SAFETY: nodes are freed after the model's threads have ended; until it is let go the new one is the driver's.
        unsafe {
            (*node).successors.open();
            for (index, &earlier) in after.iter().enumerate() {
                let edge = &raw mut (*node).edges[index];
                let pending = &(*node).pending;
                (*earlier).successors.push(
                    edge,
                    node,
                    || pending.one_more(),
                    || pending.one_less(),
                );
            }
            if (*node).pending.last_down() {
                self.push(node);
            }
        }
        node
    }

    /// What `Window::run` does.
    fn run(&self, node: *mut Node) -> Option<*mut Node> {
        // SAFETY: the node is ready, so it is ours until it is given back.
        unsafe {
            if !self.failure.cuts((*node).sequence) {
                for &earlier in &(*node).after {
                    let times = (*earlier).ran.with(|times| *times);
                    assert_eq!(times, 1, "ran before what it comes after");
                }
                (*node).ran.with_mut(|times| *times += 1);
                if self.fails.contains(&(*node).sequence) {
                    let error = Error::msg((*node).sequence.to_string());
                    self.failure.fail((*node).sequence, error);
                }
            }
            let mut next = None;
            for to in (*node).successors.close() {
                if (*to).pending.last_down() && next.replace(to).is_some() {
                    self.push(to);
                    next = Some(to);
                }
            }
            let _ = FreeList::push(&raw const self.free, node);
            next
        }
    }

    fn run_from(&self, node: *mut Node) {
        let mut next = Some(node);
        while let Some(node) = next {
            next = self.run(node);
        }
    }
}

/// Makes the nodes of `graph`, given by what each comes after, beside a thread that runs what it finds; returns how often each
/// has run, and the failure.
fn unfold(
    graph: &[&[usize]],
    fails: &'static [u64],
    share: usize,
) -> (Vec<u32>, crate::Result<()>) {
    let window = Arc::new(Window {
        free: FreeList::new(),
        failure: EarliestFailure::none_yet(),
        fails,
        queue: Mutex::new(Vec::new()),
    });
    let thief = {
        let window = Arc::clone(&window);
        thread::spawn(move || {
            for _ in 0..share {
                match window.pop() {
                    Some(node) => window.run_from(node),
                    None => thread::yield_now(),
                }
            }
        })
    };
    let mut nodes: Vec<*mut Node> = Vec::new();
    for (sequence, after) in graph.iter().enumerate() {
        let after: Vec<_> = after.iter().map(|earlier| nodes[*earlier]).collect();
        nodes.push(window.node(sequence as u64, &after));
    }
    let mut out = nodes.len();
    loop {
        out -= window.free.take().count();
        if out == 0 {
            break;
        }
        match window.pop() {
            Some(node) => window.run_from(node),
            None => thread::yield_now(),
        }
    }
    let outcome = window.failure.outcome();
    // SAFETY: all are back, so nobody uses them: loom checks that for the cells.
    let ran = nodes
        .iter()
        .map(|node| unsafe { (**node).ran.with_mut(|times| *times) });
    let ran = ran.collect();
    thief.join().unwrap();
    for node in nodes {
        // SAFETY: made by `Box::into_raw`, and back.
        drop(unsafe { Box::from_raw(node) });
    }
    (ran, outcome)
}

/// Like `loom::model`, with at most three preemptions a run, which the loom documentation finds enough in practice.
fn model_bounded(test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(test);
}

#[test]
fn loom_nodes_that_are_made_while_others_end_run_once_and_in_order() {
    model_bounded(|| {
        let (ran, outcome) = unfold(&[&[], &[0], &[0, 1]], &[], 2);
        assert_eq!(ran, [1, 1, 1]);
        outcome.unwrap();
    });
}

#[test]
fn loom_two_sources_and_a_join() {
    model_bounded(|| {
        let (ran, outcome) = unfold(&[&[], &[], &[0, 1]], &[], 2);
        assert_eq!(ran, [1, 1, 1]);
        outcome.unwrap();
    });
}

#[test]
fn loom_the_earliest_failure_of_an_unfolding_wins() {
    model_bounded(|| {
        let (ran, outcome) = unfold(&[&[], &[], &[0]], &[0, 1], 2);
        assert_eq!(ran[2], 0, "runs after a failure");
        assert_eq!(outcome.unwrap_err().to_string(), "0");
    });
}
