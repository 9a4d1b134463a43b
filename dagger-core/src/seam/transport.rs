//! Messages between workers (ranks).

use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Bulk bytes of a message, shared so that sending the same block to many ranks, or to oneself, copies nothing.
pub type Payload = Arc<[u8]>;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The rank it comes from.
    pub from: usize,
    /// Its head: small, encoded control data.
    pub head: Vec<u8>,
    /// Bulk data that follow it, each as one piece.
    pub payloads: Vec<Payload>,
}

/// Moves messages between the ranks of one run.
///
/// Contract: messages from one rank to another arrive whole, once, and in the order in which they were sent; nothing is
/// promised between different pairs. `send` does not wait for the receiver. `poll` never waits. Any thread may call both. A rank may
/// send to itself. What cannot be delivered is an error, never silently lost.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Which rank this is, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Sends a message.
    ///
    /// # Errors
    /// When there is no rank `to`, or it is gone.
    fn send(&self, to: usize, head: Vec<u8>, payloads: Vec<Payload>) -> Result<()>;

    /// The next message that has arrived, if any.
    ///
    /// # Errors
    /// When a peer is gone or the network fails.
    fn poll(&self) -> Result<Option<Message>>;
}

/// The transport of a run with one rank: what it sends, it receives.
#[derive(Debug, Default)]
pub struct Loopback {
    queue: Mutex<VecDeque<Message>>,
}

impl Loopback {
    /// A run of one rank.
    pub fn new() -> Self {
        Loopback::default()
    }
}

impl Transport for Loopback {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn send(&self, to: usize, head: Vec<u8>, payloads: Vec<Payload>) -> Result<()> {
        if to != 0 {
            return Err(Error::msg(format!(
                "there is no rank {to}: this run has one rank"
            )));
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back(Message {
            from: 0,
            head,
            payloads,
        });
        Ok(())
    }

    fn poll(&self) -> Result<Option<Message>> {
        Ok(self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front())
    }
}
