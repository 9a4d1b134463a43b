//! Messages between workers (ranks).

use crate::error::{Error, Result};
use crate::seam::{Traffic, Volume};
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

impl Message {
    /// What it counts as in [`Traffic`].
    pub fn volume(&self) -> Volume {
        Volume::of(&self.head, &self.bulk)
    }
}

/// The error that a rank hears of another that is gone. Find it in an [`Error`] with
/// [`downcast_ref`](Error::downcast_ref).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerGone {
    /// Which rank.
    pub rank: usize,
    /// What is known of how it went: "it was killed".
    pub how: String,
}

impl fmt::Display for PeerGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rank {} is gone: {}", self.rank, self.how)
    }
}

impl std::error::Error for PeerGone {}

/// Moves messages between the ranks of one run.
///
/// Contract: messages from one rank to another arrive whole, once, and in the order in which they were sent; nothing is
/// promised between different pairs. `send` does not wait for the receiver. `poll` never waits. Any thread may call any of them. A rank may
/// send to itself. What cannot be delivered is an error, never silently lost. Once a peer is known to be gone, `poll`
/// says so once for each such peer (after its messages that did arrive), with a [`PeerGone`], and `send` to it fails.
/// Of a peer that has [closed](Self::close), `poll` says nothing, and it still receives what is sent to it.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Which rank this is, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Sends a message. The pieces are kept until they have left.
    ///
    /// # Errors
    /// When there is no rank `to`, or it is gone, or this rank has closed.
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

    /// Ends this rank's part: it sends nothing more. Returns when everything it has sent has left and
    /// every peer has closed too or is gone, so all ranks call it, each from a thread of its own. What arrives meanwhile can still be polled. A second call does nothing.
    ///
    /// # Errors
    /// When something could not be sent.
    fn close(&self) -> Result<()>;

    /// What has crossed between this rank and each other so far. Bytes are counted when a message is sent and when `poll` returns it.
    fn traffic(&self) -> &Traffic;
}

/// The transport of a run with one rank: what it sends, it receives.
#[derive(Debug)]
pub struct Loopback {
    state: Mutex<State>,
    arrived: Condvar,
    traffic: Traffic,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Message>,
    woken: bool,
    closed: bool,
}

impl Loopback {
    /// A run of one rank.
    pub fn new() -> Self {
        Loopback {
            state: Mutex::default(),
            arrived: Condvar::new(),
            traffic: Traffic::new(1),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Loopback {
    fn default() -> Self {
        Loopback::new()
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
        let volume = Volume::of(&head, &bulk);
        let copy = |piece: &Piece| Buffer::copy_of(piece, piece.align());
        let bulk = bulk.iter().map(copy).collect::<Result<_>>()?;
        let mut state = self.state();
        if state.closed {
            return Err(Error::msg("this rank has closed and sends nothing more"));
        }
        let from = 0;
        state.queue.push_back(Message { from, head, bulk });
        drop(state);
        self.traffic.count_sent(to, volume);
        self.arrived.notify_one();
        Ok(())
    }

    fn poll(&self) -> Result<Option<Message>> {
        let message = self.state().queue.pop_front();
        if let Some(message) = &message {
            self.traffic.count_received(0, message.volume());
        }
        Ok(message)
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
        self.state().closed = true;
        Ok(())
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}
