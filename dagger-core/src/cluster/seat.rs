//! Who receives: the receiving thread, or a worker that has nothing else to do.
//!
//! A message that the receiving thread takes for a worker that waits costs a change of threads, and the task it brings another one. So a
//! worker that looks for work, or waits, and is not asleep yet, looks for messages too ([`Node::attend`]), and now and then between short tasks. One thread at a time
//! receives: who has the seat, so that messages of one peer are handled in their order.
//!
//! The receiving thread counts the looks of others. As long as there are new ones it only takes naps, after each of which it sends what has collected:
//! so a message is late by a nap at most when the worker that attended has begun something long. Workers that sleep do not
//! attend: who goes to sleep ends the nap ([`Node::leave`]), and the receiving thread receives itself. Should it miss that, it sees so after the nap.
//!
//! What an item causes on a worker (values read, values dropped) happens on top of whatever waits there, like any task that a waiting worker
//! helps with. Nothing is run under the seat but that: tasks that become ready are queued.

use crate::clock;
use crate::cluster::node::Node;
use crate::cluster::serve;
use crate::dynamic::current;
use crate::pool::lane;
use crate::sync::statics::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::thread::Thread;
use std::time::Duration;

/// Between two looks of workers that have work: so many ticks.
const BETWEEN: u64 = clock::micros(20);

/// See the module's page.
#[derive(Debug, Default)]
pub(super) struct Seat {
    taken: Mutex<Losses>,
    /// How often workers have looked.
    looks: AtomicU64,
    /// When one did last, in ticks.
    last: AtomicU64,
    /// Whether work has come since the receiving thread asked.
    work: AtomicBool,
    /// The receiving thread, once it has napped.
    receiver: OnceLock<Thread>,
    napping: AtomicBool,
    /// Whether a worker has gone to sleep since the receiving thread asked.
    left: AtomicBool,
}

/// How many errors the transport has given.
#[derive(Debug, Default)]
struct Losses(usize);

/// What a look at the transport has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Nothing,
    Message,
    /// An error, of which there may be more.
    Loss,
    /// The transport is of no use any more.
    Over,
}

impl Seat {
    /// How often workers have looked so far.
    pub(super) fn looks(&self) -> u64 {
        // relaxed: a hint.
        self.looks.load(Ordering::Relaxed)
    }

    /// Whether work has come since the last question.
    pub(super) fn had_work(&self) -> bool {
        // relaxed: a hint.
        self.work.swap(false, Ordering::Relaxed)
    }
}

impl Seat {
    /// On the receiving thread: sleeps for so long, or until a worker goes to sleep.
    pub(super) fn nap(&self, time: Duration) {
        self.receiver.get_or_init(std::thread::current);
        // relaxed: who misses it costs a nap.
        self.napping.store(true, Ordering::Relaxed);
        std::thread::park_timeout(time);
        // relaxed: as above.
        self.napping.store(false, Ordering::Relaxed);
    }

    /// Whether a worker has gone to sleep since the last question.
    pub(super) fn was_left(&self) -> bool {
        // relaxed: a hint.
        self.left.swap(false, Ordering::Relaxed)
    }
}

impl Node {
    /// A worker that has attended goes to sleep: the receiving thread is to see to messages at once.
    pub(crate) fn leave(&self) {
        let seat = &self.seat;
        // relaxed: as in `nap`.
        if seat.napping.load(Ordering::Relaxed) {
            // relaxed: as in `was_left`.
            seat.left.store(true, Ordering::Relaxed);
            if let Some(receiver) = seat.receiver.get() {
                receiver.unpark();
            }
        }
    }

    /// Receives a message if there is one, on the receiving thread.
    pub(super) fn receive(&'static self) -> Look {
        let mut losses = self
            .seat
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.look(&mut losses)
    }

    /// Sends what has collected and receives a message if there is one and nobody else is at it, on a worker that has nothing else to do. Whether there was one.
    pub(crate) fn attend(&'static self) -> bool {
        if self.control.stopped() {
            return false;
        }
        self.hurry();
        let mut losses = match self.seat.taken.try_lock() {
            Ok(losses) => losses,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        // relaxed: a hint; written by who has the seat.
        let looks = self.seat.looks.load(Ordering::Relaxed) + 1;
        // relaxed: as above.
        self.seat.looks.store(looks, Ordering::Relaxed);
        // relaxed: as above.
        self.seat.last.store(clock::ticks(), Ordering::Relaxed);
        let found = self.look(&mut losses);
        drop(losses);
        if self.control.stopped() {
            // The receiving thread may be asleep.
            self.transport.wake();
        }
        found != Look::Nothing
    }

    /// [`attend`](Self::attend) on a worker that has just run something and may have more to run, if that was some time ago.
    #[inline]
    pub(crate) fn attend_in_between(&'static self) {
        // relaxed: a hint.
        if clock::ticks().wrapping_sub(self.seat.last.load(Ordering::Relaxed)) > BETWEEN {
            self.attend();
        }
    }

    fn look(&'static self, losses: &mut Losses) -> Look {
        match self.transport.poll() {
            Ok(None) => Look::Nothing,
            Ok(Some(message)) => {
                // What the items cause is no part of what waits on this stack.
                let saved = lane::with(lane::Lane::save);
                let options = current::inherit(None);
                let task = current::set_task(std::ptr::null());
                let work = serve::receive(self, message);
                current::set_task(task);
                drop(options);
                lane::with(|lane| lane.restore(saved));
                if work {
                    // relaxed: a hint.
                    self.seat.work.store(true, Ordering::Relaxed);
                }
                Look::Message
            }
            Err(error) => {
                self.break_down(&error);
                self.control.lost(self, &error);
                losses.0 += 1;
                // Each peer is lost once; a transport that says more than that is of no use.
                if losses.0 > self.size() {
                    Look::Over
                } else {
                    Look::Loss
                }
            }
        }
    }
}
