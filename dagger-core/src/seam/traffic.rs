//! What has crossed between ranks: messages and bytes, counted for each pair.
//!
//! It counts what a program asked a transport to carry, not what a network added to it, and it keeps no times.

use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;
use std::ops::{Add, AddAssign, Deref, Sub};

/// An amount of traffic in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Messages.
    pub messages: u64,
    /// Bytes of their heads: control data.
    pub head_bytes: u64,
    /// Bytes of their bulk pieces: data.
    pub bulk_bytes: u64,
}

/// The counters of one rank. Reading while messages move gives figures that may be apart by a message.
#[derive(Debug)]
pub struct Traffic {
    peers: Vec<Peer>,
}

/// What went to and came from one peer.
#[derive(Debug, Default)]
struct Peer {
    sent: Counters,
    received: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    messages: AtomicU64,
    head_bytes: AtomicU64,
    bulk_bytes: AtomicU64,
}

impl Volume {
    /// One message.
    pub fn of<P: Deref<Target = [u8]>>(head: &[u8], bulk: &[P]) -> Self {
        Volume {
            messages: 1,
            head_bytes: head.len() as u64,
            bulk_bytes: bulk.iter().map(|piece| piece.len() as u64).sum(),
        }
    }
}

impl Traffic {
    /// Counters, all zero, of a rank among `size`.
    pub fn new(size: usize) -> Self {
        Traffic {
            peers: (0..size).map(|_| Peer::default()).collect(),
        }
    }

    /// What this rank has sent to rank `to`; nothing if there is no such rank.
    pub fn sent_to(&self, to: usize) -> Volume {
        self.peers
            .get(to)
            .map_or(Volume::default(), |peer| peer.sent.read())
    }

    /// What this rank has received from rank `from`; nothing if there is no such rank.
    pub fn received_from(&self, from: usize) -> Volume {
        self.peers
            .get(from)
            .map_or(Volume::default(), |peer| peer.received.read())
    }

    /// What this rank has sent to all.
    pub fn sent(&self) -> Volume {
        self.peers
            .iter()
            .fold(Volume::default(), |sum, peer| sum + peer.sent.read())
    }

    /// What this rank has received from all.
    pub fn received(&self) -> Volume {
        self.peers
            .iter()
            .fold(Volume::default(), |sum, peer| sum + peer.received.read())
    }

    /// A transport has accepted this for rank `to`.
    pub fn count_sent(&self, to: usize, volume: Volume) {
        if let Some(peer) = self.peers.get(to) {
            peer.sent.add(volume);
        }
    }

    /// A transport has handed out this from rank `from`.
    pub fn count_received(&self, from: usize, volume: Volume) {
        if let Some(peer) = self.peers.get(from) {
            peer.received.add(volume);
        }
    }
}

impl Counters {
    fn add(&self, volume: Volume) {
        // relaxed: counts, which nothing else is concluded from; so in `read`.
        self.messages.fetch_add(volume.messages, Ordering::Relaxed);
        self.head_bytes
            // relaxed: as above.
            .fetch_add(volume.head_bytes, Ordering::Relaxed);
        self.bulk_bytes
            // relaxed: as above.
            .fetch_add(volume.bulk_bytes, Ordering::Relaxed);
    }

    fn read(&self) -> Volume {
        // relaxed: see `add`.
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Volume {
            messages: read(&self.messages),
            head_bytes: read(&self.head_bytes),
            bulk_bytes: read(&self.bulk_bytes),
        }
    }
}

impl Add for Volume {
    type Output = Volume;

    fn add(self, other: Volume) -> Volume {
        Volume {
            messages: self.messages + other.messages,
            head_bytes: self.head_bytes + other.head_bytes,
            bulk_bytes: self.bulk_bytes + other.bulk_bytes,
        }
    }
}

impl AddAssign for Volume {
    fn add_assign(&mut self, other: Volume) {
        *self = *self + other;
    }
}

/// What has been added since an earlier reading of the same counters.
impl Sub for Volume {
    type Output = Volume;

    fn sub(self, earlier: Volume) -> Volume {
        Volume {
            messages: self.messages.saturating_sub(earlier.messages),
            head_bytes: self.head_bytes.saturating_sub(earlier.head_bytes),
            bulk_bytes: self.bulk_bytes.saturating_sub(earlier.bulk_bytes),
        }
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} messages, {} bytes of control, {} bytes of data",
            self.messages, self.head_bytes, self.bulk_bytes
        )
    }
}
