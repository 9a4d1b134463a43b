//! Memory for a window's nodes, which later windows use again.
//!
//! Loops are often run again and again. Making some thousand nodes anew each time costs more than unfolding into them: they
//! are half a megabyte, written and seldom in the cache. So the process keeps as many as one window may have.

use super::node::Node;
use super::{CHUNK, WINDOW, Window};
use std::cell::UnsafeCell;
use std::sync::{Mutex, PoisonError};

/// Some nodes, which stay where they are.
pub(super) struct Chunk(Box<[UnsafeCell<Node>]>);

// SAFETY: the nodes of a chunk are used under a window's protocol; between two windows nobody uses them. What `window` and
// the edges point to is not looked at then.
unsafe impl Send for Chunk {}

static SPARE: Mutex<Vec<Chunk>> = Mutex::new(Vec::new());

impl Chunk {
    /// Nodes that nobody uses, for places of `window` from `first` on.
    pub(super) fn of(window: &Window, first: u32) -> Chunk {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut chunk) = spare else {
            let places = first..first + CHUNK as u32;
            let nodes = places.map(|place| UnsafeCell::new(Node::blank(window, place)));
            return Chunk(nodes.collect());
        };
        for (place, node) in (first..).zip(&mut chunk.0) {
            node.get_mut().belong_to(window, place);
        }
        chunk
    }

    /// Keeps chunks of a window that has been drained for windows to come.
    pub(super) fn keep(chunks: Vec<Chunk>) {
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let room = (WINDOW / CHUNK).saturating_sub(spare.len());
        // From the last on, so that the next window's first nodes are those of this one.
        let rest = chunks.len().saturating_sub(room);
        spare.extend(chunks.into_iter().rev().skip(rest));
    }

    /// Node number `offset`.
    pub(super) fn at(&self, offset: usize) -> *mut Node {
        self.0[offset].get()
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = *mut Node> {
        self.0.iter().map(UnsafeCell::get)
    }
}
