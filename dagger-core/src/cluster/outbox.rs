//! What is to be sent to one peer: items are collected and leave together.
//!
//! Who adds an item sends what has collected if nothing has left for some microseconds. Otherwise it leaves when somebody waits for what comes of it, when a
//! worker has nothing else to do, or when the receiving thread looks next; that thread is woken if it sleeps for long. So the busier a worker is, the larger its
//! messages get, and an idle one answers at once.

use crate::cluster::items::{self, Tag};
use crate::error::Result;
use crate::wire::Piece;

/// Items for one peer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    head: Vec<u8>,
    bulk: Vec<Piece>,
    /// How many of the items are work.
    work: u64,
}

/// A message that is ready to go.
pub(super) struct Parcel {
    pub(super) head: Vec<u8>,
    pub(super) bulk: Vec<Piece>,
    pub(super) work: u64,
}

impl Outbox {
    /// Adds an item.
    ///
    /// # Errors
    /// When it is too large.
    pub(super) fn add(&mut self, tag: Tag, head: &[u8], bulk: Vec<Piece>) -> Result<()> {
        let frame = items::frame(tag, head.len(), bulk.len())?;
        self.head.reserve(frame.len() + head.len());
        self.head.extend_from_slice(&frame);
        self.head.extend_from_slice(head);
        self.bulk.extend(bulk);
        self.work += u64::from(tag.is_work());
        Ok(())
    }

    /// Takes everything out.
    pub(super) fn take(&mut self) -> Option<Parcel> {
        if self.head.is_empty() {
            return None;
        }
        let room = self.head.len().min(64 << 10);
        Some(Parcel {
            head: std::mem::replace(&mut self.head, Vec::with_capacity(room)),
            bulk: std::mem::take(&mut self.bulk),
            work: std::mem::take(&mut self.work),
        })
    }
}
