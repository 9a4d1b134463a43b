//! What has arrived at one rank and was not polled yet.

use crate::error::Result;
use crate::seam::PeerGone;
use crate::sync::statics::{AtomicBool, Ordering};
use crate::wire::Piece;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A message before its pieces are copied.
pub(super) struct Parcel {
    pub(super) from: usize,
    pub(super) head: Vec<u8>,
    pub(super) bulk: Vec<Piece>,
}

/// What an inbox gives out next.
pub(super) enum Poll {
    Nothing,
    Parcel(Parcel),
    Gone(PeerGone),
}

/// The queue of one rank. Everything but `filled` is behind the lock.
#[derive(Default)]
pub(super) struct Inbox {
    arrivals: Mutex<Arrivals>,
    /// Whether the queue has something: lets the many polls that find nothing do without the lock. Written under it.
    filled: AtomicBool,
    /// For those who wait for something to poll.
    arrived: Condvar,
    /// For those who wait for peers to leave.
    departed: Condvar,
}

#[derive(Default)]
struct Arrivals {
    queue: VecDeque<Entry>,
    /// Somebody has called `wake` and nobody has returned from `wait` for it yet.
    woken: bool,
    /// How many peers have left, in order or not.
    departures: usize,
    /// How many threads wait for something to poll.
    waiting: usize,
}

enum Entry {
    Parcel(Parcel),
    Gone(PeerGone),
}

impl Inbox {
    /// Puts a parcel in, unless `admit`, asked under the lock, says why not.
    pub(super) fn put(&self, parcel: Parcel, admit: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut arrivals = self.arrivals();
        admit()?;
        self.push(&mut arrivals, Entry::Parcel(parcel));
        let waited_for = arrivals.waiting > 0;
        drop(arrivals);
        if waited_for {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// A peer has left; if not in order, `poll` will say so.
    pub(super) fn depart(&self, gone: Option<PeerGone>) {
        let mut arrivals = self.arrivals();
        arrivals.departures += 1;
        if let Some(gone) = gone {
            self.push(&mut arrivals, Entry::Gone(gone));
        }
        drop(arrivals);
        self.departed.notify_all();
        self.arrived.notify_one();
    }

    /// The first thing that was put in, if any.
    pub(super) fn take(&self) -> Poll {
        // relaxed: a poll that sees an older value is a poll a moment earlier. One after `wait` sees what `wait` saw, because
        // both were written under the lock that `wait` has held since.
        if !self.filled.load(Ordering::Relaxed) {
            return Poll::Nothing;
        }
        let mut arrivals = self.arrivals();
        let entry = arrivals.queue.pop_front();
        // relaxed: see above.
        self.filled
            .store(!arrivals.queue.is_empty(), Ordering::Relaxed);
        match entry {
            None => Poll::Nothing,
            Some(Entry::Parcel(parcel)) => Poll::Parcel(parcel),
            Some(Entry::Gone(gone)) => Poll::Gone(gone),
        }
    }

    /// Waits until something is there or was and others have taken it, `wake` is called, `over` holds, or so much time has passed.
    pub(super) fn wait(&self, at_most: Duration, over: impl Fn() -> bool) {
        let mut arrivals = self.arrivals();
        if arrivals.queue.is_empty() && !arrivals.woken && !over() {
            arrivals.waiting += 1;
            let (back, _) = self
                .arrived
                .wait_timeout(arrivals, at_most)
                .unwrap_or_else(PoisonError::into_inner);
            arrivals = back;
            arrivals.waiting -= 1;
        }
        arrivals.woken = false;
    }

    /// Waits until so many peers have left, or `over` holds.
    pub(super) fn wait_for_departures(&self, peers: usize, over: impl Fn() -> bool) {
        let pending = |arrivals: &mut Arrivals| arrivals.departures < peers && !over();
        let left = self.departed.wait_while(self.arrivals(), pending);
        drop(left.unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn wake(&self) {
        self.arrivals().woken = true;
        self.arrived.notify_one();
    }

    /// Makes all who wait look again.
    pub(super) fn stir(&self) {
        // Under the lock, so that nobody is between looking and waiting.
        let arrivals = self.arrivals();
        self.arrived.notify_all();
        self.departed.notify_all();
        drop(arrivals);
    }

    fn push(&self, arrivals: &mut Arrivals, entry: Entry) {
        arrivals.queue.push_back(entry);
        // relaxed: see `take`.
        self.filled.store(true, Ordering::Relaxed);
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        // Nothing panics under the lock but an allocation; the queue is whole then too.
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
