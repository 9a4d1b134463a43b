//! Messages between workers (ranks).

use crate::error::{Error, Result};
use crate::wire::{Buffer, Piece};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One message that has arrived.
#[derive(Debug)]
pub struct Message {
    /// The rank it comes from.
    pub from: usize,
    /// Its head: small, encoded control data.
    pub head: Vec<u8>,
    /// Bulk data that follow it, each in memory of its own, aligned as the sender said.
    pub bulk: Vec<Buffer>,
}

/// Moves messages between the ranks of one run.
///
/// Contract: messages from one rank to another arrive whole, once, and in the order in which they were sent; nothing is
/// promised between different pairs. `send` does not wait for the receiver. `poll` never waits. Any thread may call any of them. A rank may
/// send to itself. What cannot be delivered is an error, never silently lost. Once a peer is known to be gone, `poll`
/// says so once for each such peer (after its messages that did arrive), and `send` to it fails.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Which rank this is, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Sends a message. The pieces are kept until they have left.
    ///
    /// # Errors
    /// When there is no rank `to`, or it is gone.
    fn send(&self, to: usize, head: Vec<u8>, bulk: Vec<Piece>) -> Result<()>;

    /// The next message that has arrived, if any; also moves on what is still being sent.
    ///
    /// # Errors
    /// When a peer is gone or the network fails.
    fn poll(&self) -> Result<Option<Message>>;

    /// Waits until `poll` may have something, somebody has called [`wake`](Self::wake), or so much time has passed. May return early.
    /// Burns no core.
    fn wait(&self, at_most: Duration);

    /// Makes one thread that is in [`wait`](Self::wait), or the next that calls it, return at once.
    fn wake(&self);

    /// Ends this rank's part: waits until everything it has sent has left, then tells the peers that it has gone in order. All ranks call it.
    ///
    /// # Errors
    /// When something could not be sent.
    fn close(&self) -> Result<()>;
}

/// The transport of a run with one rank: what it sends, it receives.
#[derive(Debug, Default)]
pub struct Loopback {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Message>,
    woken: bool,
}

impl Loopback {
    /// A run of one rank.
    pub fn new() -> Self {
        Loopback::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Loopback {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn send(&self, to: usize, head: Vec<u8>, bulk: Vec<Piece>) -> Result<()> {
        if to != 0 {
            return Err(Error::msg(format!(
                "there is no rank {to}: this run has one rank"
            )));
        }
        let copy = |piece: &Piece| Buffer::copy_of(piece, piece.align());
        let bulk = bulk.iter().map(copy).collect::<Result<_>>()?;
        let from = 0;
        self.state().queue.push_back(Message { from, head, bulk });
        self.arrived.notify_one();
        Ok(())
    }

    fn poll(&self) -> Result<Option<Message>> {
        Ok(self.state().queue.pop_front())
    }

    fn wait(&self, at_most: Duration) {
        let idle = |state: &mut State| state.queue.is_empty() && !state.woken;
        let (mut state, _) = self
            .arrived
            .wait_timeout_while(self.state(), at_most, idle)
            .unwrap_or_else(PoisonError::into_inner);
        state.woken = false;
    }

    fn wake(&self) {
        self.state().woken = true;
        self.arrived.notify_one();
    }

    fn close(&self) -> Result<()> {
        Ok(())
    }
}
