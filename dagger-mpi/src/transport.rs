//! The seam: queues between any thread and the engine, and waiting.
//!
//! `send` puts a message into the outbox, and whoever holds the engine takes it from there. Nobody waits for the engine: a thread that finds it held
//! goes away, because the holder looks into the outbox once more after it has let go. If it looked before the
//! message was put in, it had let go before, and the thread would not have found it held.
//!
//! MPI cannot put a thread to sleep until a message comes. [`wait`](Transport::wait) looks again and again for [`SPIN`] after anything has moved, giving its core away
//! between looks, and then sleeps longer and longer, in proportion to how long it has been quiet, up to [`DEEP`]. So an idle
//! rank costs two or three hundredths of a core, and the first message after a long silence is up to a millisecond late.

use crate::call::{self, Comm};
use crate::engine::Engine;
use crate::header::{self, Outward};
use crate::world;
use dagger_core::seam::{Message, Traffic, Transport, Volume};
use dagger_core::wire::Piece;
use dagger_core::{Error, Result};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// How long after the last event `wait` keeps looking without sleeping.
const SPIN: Duration = Duration::from_micros(100);
/// So many looks come before the core is offered to others between them.
const EAGER_LOOKS: u32 = 20;
/// The shortest and the longest sleep.
const SHALLOW: Duration = Duration::from_micros(20);
const DEEP: Duration = Duration::from_millis(1);
/// A sleep is this part of the silence before it.
const PART: u32 = 16;
/// While MPI has something to move, which it may only do when it is called, the silence counts from so long after the last event.
const BUSY: Duration = Duration::from_millis(10);

/// What MPI is asked for at most.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes in one MPI message; longer pieces go in several. The same on all ranks.
    pub chunk: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { chunk: 1 << 30 }
    }
}

impl Limits {
    /// The same with so many bytes in one MPI message, at least one and at most two GiB.
    #[must_use]
    pub fn with_chunk(self, bytes: usize) -> Self {
        let chunk = bytes.clamp(1, i32::MAX as usize);
        Limits { chunk }
    }
}

/// This process as one rank among all that the launcher has started.
///
/// Dropped without [`close`](Transport::close), or left open when the process exits, it ends the whole job with a failure: the other ranks would wait for ever.
pub struct MpiTransport {
    rank: usize,
    size: usize,
    outbox: Mutex<Outbox>,
    engine: Mutex<Open>,
    inbox: Mutex<Inbox>,
    /// For those who sleep in `wait`.
    changed: Condvar,
    /// How many do.
    sleepers: AtomicUsize,
    /// When anything moved last, in nanoseconds since `origin`.
    moved: AtomicU64,
    origin: Instant,
    /// How often anybody has polled.
    polls: AtomicU64,
    traffic: Traffic,
}

/// What has been sent and not been seen by the engine yet.
#[derive(Default)]
struct Outbox {
    messages: VecDeque<(usize, Outward)>,
    closed: bool,
}

/// The engine, while the transport is open.
struct Open {
    engine: Engine,
    comm: Option<Comm>,
}

/// What has arrived and not been polled yet.
#[derive(Default)]
struct Inbox {
    messages: VecDeque<Message>,
    woken: bool,
    /// Once MPI has failed, every call says how.
    failed: Option<Error>,
}

impl MpiTransport {
    /// Joins all processes of the job; all of them call it. Starts MPI if nobody has.
    ///
    /// # Errors
    /// When MPI does not start, or lets only one thread call it.
    pub fn start(limits: Limits) -> Result<Self> {
        let (comm, rank, size) = world::open()?;
        Ok(MpiTransport {
            rank,
            size,
            outbox: Mutex::default(),
            engine: Mutex::new(Open {
                engine: Engine::new(comm, size, limits.with_chunk(limits.chunk).chunk),
                comm: Some(comm),
            }),
            inbox: Mutex::default(),
            changed: Condvar::new(),
            sleepers: AtomicUsize::new(0),
            moved: AtomicU64::new(0),
            origin: Instant::now(),
            polls: AtomicU64::new(0),
            traffic: Traffic::new(size),
        })
    }

    /// Moves things on, as long as there is something in the outbox, unless another thread does; whether MPI has something of ours under way.
    fn progress(&self) -> bool {
        loop {
            let busy = {
                let mut open = match self.engine.try_lock() {
                    Ok(open) => open,
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => return true,
                };
                self.step(&mut open)
            };
            if locked(&self.outbox).messages.is_empty() {
                return busy;
            }
        }
    }

    fn step(&self, open: &mut Open) -> bool {
        let engine = &mut open.engine;
        let sent = std::mem::take(&mut locked(&self.outbox).messages);
        if open.comm.is_none() || locked(&self.inbox).failed.is_some() {
            return false;
        }
        let calls = call::enter();
        let step = || -> Result<bool> {
            let mut moved = !sent.is_empty();
            for (to, message) in sent {
                engine.send(&calls, to, message)?;
            }
            moved |= engine.step(&calls)?;
            Ok(moved)
        };
        let moved = step();
        drop(calls);
        let busy = engine.is_busy();
        match moved {
            Ok(true) => self.note_movement(),
            Ok(false) => return busy,
            Err(error) => locked(&self.inbox).failed = Some(error),
        }
        if !engine.ready.is_empty() || locked(&self.inbox).failed.is_some() {
            // Still under the engine's lock, so that messages stay in order.
            locked(&self.inbox).messages.append(&mut engine.ready);
            self.changed.notify_one();
        }
        busy
    }

    fn note_movement(&self) {
        let now = u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        // Relaxed: a hint for how long to sleep.
        self.moved.store(now, Ordering::Relaxed);
    }

    /// How long nothing has moved.
    fn silence(&self) -> Duration {
        // Relaxed: as above.
        let moved = Duration::from_nanos(self.moved.load(Ordering::Relaxed));
        self.origin.elapsed().saturating_sub(moved)
    }

    /// The next message, or how MPI has failed after all that had arrived.
    fn arrived(&self) -> Result<Option<Message>> {
        let mut inbox = locked(&self.inbox);
        match inbox.messages.pop_front() {
            Some(message) => {
                drop(inbox);
                self.traffic.count_received(message.from, message.volume());
                Ok(Some(message))
            }
            None => inbox.failed.clone().map_or(Ok(None), Err),
        }
    }

    /// Sleeps for so long, or until something changes.
    fn sleep(&self, time: Duration) {
        let inbox = locked(&self.inbox);
        if !inbox.is_quiet() {
            return;
        }
        // SeqCst, and in `send`: a sender either sees the sleeper, or its message is seen by the next look at MPI anyway.
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let slept = self.changed.wait_timeout(inbox, time);
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        drop(slept.unwrap_or_else(PoisonError::into_inner));
    }

    /// Everybody has said that it sends nothing more, and everything of ours has left.
    fn finish(&self) -> Result<()> {
        let mut barrier = None;
        loop {
            let busy = self.progress();
            {
                let mut open = locked(&self.engine);
                if let Some(error) = &locked(&self.inbox).failed {
                    return Err(error.clone());
                }
                let Some(comm) = open.comm else {
                    return Ok(());
                };
                let complete = open.engine.has_sent_all()
                    && open.engine.farewells == self.size
                    && locked(&self.outbox).messages.is_empty();
                if complete {
                    let calls = call::enter();
                    let done = match &mut barrier {
                        None => {
                            barrier = Some(calls.ibarrier(comm)?);
                            false
                        }
                        Some(request) => calls.test(request)?,
                    };
                    if done {
                        world::close(&calls, comm)?;
                        open.comm = None;
                        return Ok(());
                    }
                }
            }
            self.pause(busy, DEEP);
        }
    }

    /// Lets time go by after a look that found nothing.
    fn pause(&self, busy: bool, at_most: Duration) {
        let silence = self.silence();
        if silence < SPIN {
            std::thread::yield_now();
            return;
        }
        let silence = if busy {
            silence.saturating_sub(BUSY)
        } else {
            silence
        };
        self.sleep((silence / PART).clamp(SHALLOW, DEEP).min(at_most));
    }
}

impl Inbox {
    fn is_quiet(&self) -> bool {
        self.messages.is_empty() && !self.woken && self.failed.is_none()
    }
}

impl Transport for MpiTransport {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn send(&self, to: usize, head: Vec<u8>, bulk: Vec<Piece>) -> Result<()> {
        if to >= self.size {
            return Err(Error::msg(format!(
                "there is no rank {to}: this run has {} ranks",
                self.size
            )));
        }
        let volume = Volume::of(&head, &bulk);
        let message = header::outward(head, bulk)?;
        if let Some(error) = &locked(&self.inbox).failed {
            return Err(error.clone());
        }
        {
            let mut outbox = locked(&self.outbox);
            if outbox.closed {
                return Err(Error::msg(format!(
                    "rank {} has closed and sends nothing more",
                    self.rank
                )));
            }
            outbox.messages.push_back((to, message));
        }
        self.traffic.count_sent(to, volume);
        self.progress();
        // An answer is likely to come soon: who sleeps for long is to look more often.
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            self.changed.notify_one();
        }
        Ok(())
    }

    fn poll(&self) -> Result<Option<Message>> {
        // Relaxed: a hint for those who wait.
        self.polls.fetch_add(1, Ordering::Relaxed);
        if let Some(message) = self.arrived()? {
            return Ok(Some(message));
        }
        self.progress();
        self.arrived()
    }

    fn wait(&self, at_most: Duration) {
        let since = Instant::now();
        let mut looks = 0;
        // Relaxed: a hint.
        let polls = self.polls.load(Ordering::Relaxed);
        // Others poll: there is no need to look as well.
        // Relaxed: a hint.
        while polls == self.polls.load(Ordering::Relaxed) {
            {
                let mut inbox = locked(&self.inbox);
                if !inbox.is_quiet() {
                    inbox.woken = false;
                    return;
                }
            }
            let waited = since.elapsed();
            if waited >= at_most {
                return;
            }
            let busy = self.progress();
            looks += 1;
            if looks > EAGER_LOOKS && locked(&self.inbox).is_quiet() {
                self.pause(busy, at_most - waited);
            }
        }
    }

    fn wake(&self) {
        locked(&self.inbox).woken = true;
        self.changed.notify_one();
    }

    fn close(&self) -> Result<()> {
        {
            let mut outbox = locked(&self.outbox);
            if !outbox.closed {
                outbox.closed = true;
                let farewells = (0..self.size).map(|to| (to, header::farewell()));
                outbox.messages.extend(farewells);
            }
        }
        self.finish()
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

impl Drop for MpiTransport {
    fn drop(&mut self) {
        if locked(&self.engine).comm.is_some() {
            world::end_job(if std::thread::panicking() {
                "has panicked"
            } else {
                "ends before the run is over"
            });
        }
    }
}

impl fmt::Debug for MpiTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MpiTransport({} of {})", self.rank, self.size)
    }
}

/// A panic under one of the locks is one of ours, and the state behind them is whole between calls.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
