//! Ranks inside one process: threads that share nothing but messages.
//!
//! [`ranks`] gives the transports of a run, one a rank, and each belongs to the threads of that rank alone. Bulk pieces are copied into
//! memory of the receiver's own by the receiver's [`poll`](crate::seam::Transport::poll), so that a transfer costs the
//! receiver's time, as between processes, and no rank ever reads memory that another may write.
//!
//! Each rank has an inbox: a queue behind a lock, with a condition variable for those who wait. A sender locks the
//! receiver's inbox, so messages of one pair stay in order. Losing a rank is a parcel too, put behind its messages.
//!
//! It deliberately has no latency and no bandwidth of its own, and starts no threads.

mod inbox;

use crate::error::{Error, Result};
use crate::seam::{Message, PeerGone, Traffic, Transport, Volume};
use crate::sync::statics::{AtomicBool, AtomicU8, Ordering};
use crate::wire::{Buffer, Piece};
use inbox::{Inbox, Parcel, Poll};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The transports of a run of `size` ranks, by rank.
///
/// # Panics
/// If `size` is 0.
pub fn ranks(size: usize) -> Vec<Arc<MeshRank>> {
    assert!(size > 0, "a run has at least one rank");
    let links = Arc::new(Links {
        inboxes: (0..size).map(|_| Inbox::default()).collect(),
        lives: (0..size).map(|_| AtomicU8::new(RUNS)).collect(),
    });
    let transport = |rank| {
        Arc::new(MeshRank {
            rank,
            links: Arc::clone(&links),
            traffic: Traffic::new(size),
            frozen: AtomicBool::new(false),
        })
    };
    (0..size).map(transport).collect()
}

/// One rank's end of the mesh. When the last handle goes without [`close`](Transport::close), the peers learn that the rank is gone.
pub struct MeshRank {
    rank: usize,
    links: Arc<Links>,
    traffic: Traffic,
    /// Whether it receives nothing any more.
    frozen: AtomicBool,
}

/// What the ranks share: the inboxes, and who is still there.
struct Links {
    inboxes: Vec<Inbox>,
    /// Each is written by its own rank, before that rank's departure is put into any inbox.
    lives: Vec<AtomicU8>,
}

/// Lives of ranks. Each begins with `RUNS` and changes once.
const RUNS: u8 = 0;
const CLOSED: u8 = 1;
const KILLED: u8 = 2;
const DROPPED: u8 = 3;

impl MeshRank {
    /// Makes this rank fail as if its process had died: its own calls give errors from now on, and its peers learn that it is
    /// gone. For tests of what happens then.
    pub fn kill(&self) {
        self.depart(KILLED);
    }

    /// Makes this rank receive nothing any more, as if its process had been stopped; nobody is told. For tests of what happens then.
    pub fn freeze(&self) {
        // relaxed: nothing is published by it.
        self.frozen.store(true, Ordering::Relaxed);
    }

    /// Whether it did: a rank departs once.
    fn depart(&self, how: u8) -> bool {
        let links = &self.links;
        // Release pairs with the Acquire in `life`. Peers need no more: they hear of it through their inboxes.
        let changed = links.lives[self.rank].compare_exchange(
            RUNS,
            how,
            Ordering::Release,
            // relaxed: nothing is concluded from what another departure was.
            Ordering::Relaxed,
        );
        if changed.is_err() {
            return false;
        }
        for (rank, inbox) in links.inboxes.iter().enumerate() {
            if rank != self.rank {
                inbox.depart(gone(self.rank, how));
            }
        }
        links.inboxes[self.rank].stir();
        true
    }

    fn life(&self, rank: usize) -> u8 {
        // Acquire pairs with the Release in `depart`.
        self.links.lives[rank].load(Ordering::Acquire)
    }

    fn inbox(&self) -> &Inbox {
        &self.links.inboxes[self.rank]
    }

    /// An error if this rank has been killed.
    fn alive(&self) -> Result<()> {
        match self.life(self.rank) {
            KILLED => Err(Error::msg(format!("rank {} has been killed", self.rank))),
            _ => Ok(()),
        }
    }

    /// An error if this rank sends nothing any more.
    fn may_send(&self) -> Result<()> {
        self.alive()?;
        match self.life(self.rank) {
            RUNS => Ok(()),
            _ => Err(Error::msg(format!(
                "rank {} has closed and sends nothing more",
                self.rank
            ))),
        }
    }
}

/// What is said of a rank with this life, if it cannot receive any more. One that has closed can, until all have.
fn gone(rank: usize, life: u8) -> Option<PeerGone> {
    let how = match life {
        RUNS | CLOSED => return None,
        KILLED => "it was killed",
        _ => "it ended without closing",
    };
    Some(PeerGone {
        rank,
        how: how.to_owned(),
    })
}

impl Transport for MeshRank {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.links.inboxes.len()
    }

    fn send(&self, to: usize, head: Vec<u8>, bulk: Vec<Piece>) -> Result<()> {
        let Some(inbox) = self.links.inboxes.get(to) else {
            return Err(Error::msg(format!(
                "there is no rank {to}: this run has {} ranks",
                self.size()
            )));
        };
        self.may_send()?;
        if let Some(gone) = gone(to, self.life(to)) {
            return Err(gone.into());
        }
        let volume = Volume::of(&head, &bulk);
        let from = self.rank;
        // Asked again inside the inbox's lock: nothing of ours comes behind our own departure.
        inbox.put(Parcel { from, head, bulk }, || self.may_send())?;
        self.traffic.count_sent(to, volume);
        Ok(())
    }

    fn poll(&self) -> Result<Option<Message>> {
        self.alive()?;
        // relaxed: nothing is published by it.
        if self.frozen.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
            return Ok(None);
        }
        let Parcel { from, head, bulk } = match self.inbox().take() {
            Poll::Nothing => return Ok(None),
            Poll::Gone(peer) => return Err(peer.into()),
            Poll::Parcel(parcel) => parcel,
        };
        let copy = |piece: &Piece| Buffer::copy_of(piece, piece.align());
        let bulk = bulk.iter().map(copy).collect::<Result<_>>()?;
        let message = Message { from, head, bulk };
        self.traffic.count_received(from, message.volume());
        Ok(Some(message))
    }

    fn wait(&self, at_most: Duration) {
        self.inbox().wait(at_most, || self.alive().is_err());
    }

    fn wake(&self) {
        self.inbox().wake();
    }

    fn close(&self) -> Result<()> {
        self.depart(CLOSED);
        let peers = self.size() - 1;
        self.inbox()
            .wait_for_departures(peers, || self.alive().is_err());
        self.alive()
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

impl Drop for MeshRank {
    fn drop(&mut self) {
        self.depart(DROPPED);
    }
}

impl fmt::Debug for MeshRank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MeshRank({} of {})", self.rank, self.size())
    }
}

#[cfg(test)]
mod tests;
