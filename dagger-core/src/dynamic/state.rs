//! The state word of a task: its phase, five flags and the count of references, in one atomic.
//!
//! # Phases
//!
//! ```text
//! Waiting ──► Ready ──► Running ──► Finished ──► Taken
//!    │          │         ▲├──────► Failed
//!    └──────────┴─────────►┘──────► Cancelled
//!                    Away─┘
//! ```
//!
//! * **Waiting**: some dependency has not ended. Left when the last one ends.
//! * **Ready**: queued, or about to be.
//! * **Running**: claimed, by the thread that runs the task or by one that cancels it. Claiming is the only way out of
//!   Waiting and Ready, so the arguments have exactly one owner from then on.
//! * **Finished**, **Failed**, **Cancelled**: ended. The value or the error is in place and never changes until
//! * **Taken**: the value has been moved out by the only reference there was.
//! * **Away**: the task is on another worker, and here is only what refers to it: no work, no reference of its own, no hold. Left for
//!   Running, with a reference of its own, by who needs the value or the error here (`summon`); ended when that has come.
//!
//! # References and the hold
//!
//! Handles, arguments of other tasks and borrowed results each own one *reference*, and so does the task itself until it
//! has ended. With the last reference the value is dropped. The memory may have to stay a little longer: the edges of a task
//! that was cancelled while it waited are still in the lists of its dependencies, and a task that was claimed by somebody who
//! waits for it is still in a queue. That is the *hold*: one flag, set from the start until the queue's entry has been
//! taken out. Who removes the last reference drops the value and then frees the memory, or sets **Gone** if the hold is still there;
//! who lifts the hold frees the memory if it finds Gone.
//!
//! # Flags
//!
//! * **Locked**: somebody reads the dependencies of a task that has not started. While it is set nobody claims, so the
//!   arguments stay. Held for a few instructions.
//! * **Asked**: a running task was asked to stop (`cancel`). Only a message to the task.
//! * **Unique**: a consumer waits until its own is the only reference. Who makes *ended and one reference* true, or sets the
//!   flag when it is true already, tries to clear it; who cleared it makes the consumer go on.
//!
//! # Orderings
//!
//! Ending (`end`) is a Release; whoever then reads the value has loaded the word, or the closed list of dependents, with
//! Acquire. Dropping a reference is AcqRel: uses of the value by all others happen before the last one disposes of it.

use crate::sync::atomic::{AtomicU64, Ordering};
use std::fmt;

const PHASE: u64 = 0b111;
const LOCKED: u64 = 1 << 3;
const ASKED: u64 = 1 << 4;
const UNIQUE: u64 = 1 << 5;
const HELD: u64 = 1 << 6;
const GONE: u64 = 1 << 7;
const ONE: u64 = 1 << 8;

/// Where a task is in its life; see the module's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    Waiting = 0,
    Ready = 1,
    Running = 2,
    Finished = 3,
    Failed = 4,
    Cancelled = 5,
    Taken = 6,
    Away = 7,
}

impl Phase {
    /// Whether the task has ended, one way or another.
    #[inline]
    pub(crate) fn ended(self) -> bool {
        (Phase::Finished as u8..=Phase::Taken as u8).contains(&(self as u8))
    }
}

/// The word as it was at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Snapshot(u64);

impl Snapshot {
    #[inline]
    pub(crate) fn phase(self) -> Phase {
        match self.0 & PHASE {
            0 => Phase::Waiting,
            1 => Phase::Ready,
            2 => Phase::Running,
            3 => Phase::Finished,
            4 => Phase::Failed,
            5 => Phase::Cancelled,
            6 => Phase::Taken,
            _ => Phase::Away,
        }
    }

    #[inline]
    pub(crate) fn references(self) -> u64 {
        self.0 / ONE
    }

    #[inline]
    fn is(self, flag: u64) -> bool {
        self.0 & flag != 0
    }
}

/// What has to be done after a reference is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Left {
    /// Nothing.
    Others,
    /// One reference is left, it belongs to a consumer that waited for this, and it is ours to tell it.
    Consumer,
    /// Nobody: dispose of the task.
    Nobody,
}

/// What became of an attempt to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Cancel {
    /// The task had not started and is now claimed: drop its arguments and end it.
    Claimed,
    /// It is running and has been asked.
    Asked,
    /// It has ended.
    TooLate,
}

/// The state word.
pub(crate) struct Word(AtomicU64);

impl Word {
    /// A new task: two references (the handle's and its own) and the hold.
    pub(crate) fn new(phase: Phase) -> Self {
        Word(AtomicU64::new(phase as u64 + HELD + 2 * ONE))
    }

    /// What refers to a task on another worker: one reference, the handle's.
    pub(crate) fn away() -> Self {
        Word(AtomicU64::new(Phase::Away as u64 + ONE))
    }

    /// Away → Running, and a reference for the task itself. False when somebody else was faster. The caller has a reference.
    #[must_use]
    pub(crate) fn summon(&self) -> bool {
        // relaxed: the exchange below orders.
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            if Snapshot(seen).phase() != Phase::Away {
                return false;
            }
            let new = seen - Phase::Away as u64 + Phase::Running as u64 + ONE;
            // Acquire pairs with the Release of who made the block and let others see it: nothing else is handed over here.
            match self
                .0
                .compare_exchange_weak(seen, new, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
    }

    /// One more reference, unless there is none any more, or the value has been taken: who took it had the only reference, and is about to
    /// give it up.
    #[must_use]
    pub(crate) fn reference_if_any(&self) -> bool {
        // relaxed: the exchange below orders.
        let mut seen = self.0.load(Ordering::Relaxed);
        while Snapshot(seen).references() != 0 && Snapshot(seen).phase() != Phase::Taken {
            // Acquire pairs with the Release in `end`, as in `reference_to_value`.
            match self.0.compare_exchange_weak(
                seen,
                seen + ONE,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// The state now; Acquire, so a task seen as ended can be read.
    #[inline]
    pub(crate) fn now(&self) -> Snapshot {
        // Acquire pairs with the Release in `end`.
        Snapshot(self.0.load(Ordering::Acquire))
    }

    /// Whether somebody has asked the running task to stop.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        // relaxed: a message without data.
        Snapshot(self.0.load(Ordering::Relaxed)).is(ASKED)
    }

    /// One more reference; the caller has one.
    #[inline]
    pub(crate) fn reference(&self) {
        // relaxed: made from a reference that exists, as in `Arc`; nothing is read because of it.
        self.0.fetch_add(ONE, Ordering::Relaxed);
    }

    /// One more reference, and whether a finished task's value is there to look at: it stays while the reference exists.
    #[inline]
    #[must_use]
    pub(crate) fn reference_to_value(&self) -> Phase {
        // Acquire pairs with the Release in `end`. In the one order of this word's changes, `take` either comes before, and
        // we see Taken, or after, and then finds our reference and fails.
        Snapshot(self.0.fetch_add(ONE, Ordering::Acquire)).phase()
    }

    /// One reference less.
    #[inline]
    pub(crate) fn release(&self) -> Left {
        // AcqRel pairs with itself: our uses happen before the last holder's disposal, or before the consumer's taking.
        let before = Snapshot(self.0.fetch_sub(ONE, Ordering::AcqRel));
        self.left(Snapshot(before.0 - ONE))
    }

    /// Waiting → Ready. False when the task is claimed (cancelled) already.
    #[inline]
    #[must_use]
    pub(crate) fn ready(&self) -> bool {
        // relaxed: the exchange below orders.
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            if Snapshot(seen).phase() != Phase::Waiting {
                return false;
            }
            let new = seen + (Phase::Ready as u64 - Phase::Waiting as u64);
            // Release pairs with the Acquire in `claim`: who runs the task sees what all its dependencies did.
            match self
                .0
                .compare_exchange_weak(seen, new, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
    }

    /// Ready → Running, by who took the task out of a queue: lifts the hold at the same time. False when somebody else was
    /// faster; then the caller still has to [`lift`](Self::lift) the hold.
    #[inline]
    #[must_use]
    pub(crate) fn claim_queued(&self) -> bool {
        self.claim(HELD)
    }

    /// Ready → Running, by who waits for the task; the queue keeps its entry. False when somebody else was faster.
    #[inline]
    #[must_use]
    pub(crate) fn claim_waited(&self) -> bool {
        self.claim(0)
    }

    #[inline]
    fn claim(&self, lifted: u64) -> bool {
        // relaxed: the exchange below orders.
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            if Snapshot(seen).phase() != Phase::Ready {
                return false;
            }
            if Snapshot(seen).is(LOCKED) {
                crate::sync::spin_loop();
                // relaxed: as above.
                seen = self.0.load(Ordering::Relaxed);
                continue;
            }
            let new = seen - lifted + (Phase::Running as u64 - Phase::Ready as u64);
            // Acquire pairs with the Release in `ready` (the dependencies' values) and in `unlock` (the reader has left). A
            // task without dependencies is handed over by the queue itself.
            match self
                .0
                .compare_exchange_weak(seen, new, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
    }

    /// Lifts the hold. True: nobody else knows the task any more, free its memory.
    #[inline]
    #[must_use]
    pub(crate) fn lift(&self) -> bool {
        // AcqRel pairs with `gone`: whoever frees comes after the other's last look.
        Snapshot(self.0.fetch_and(!HELD, Ordering::AcqRel)).is(GONE)
    }

    /// After the last reference went and the value was dropped. True: free the memory; else who lifts the hold does.
    #[inline]
    #[must_use]
    pub(crate) fn gone(&self) -> bool {
        // Acquire pairs with the Release in `lift`.
        if !Snapshot(self.0.load(Ordering::Acquire)).is(HELD) {
            return true;
        }
        // AcqRel pairs with `lift`.
        !Snapshot(self.0.fetch_or(GONE, Ordering::AcqRel)).is(HELD)
    }

    /// Waiting or Ready → Running, on behalf of a `cancel`; a running task is asked instead.
    pub(crate) fn cancel(&self) -> Cancel {
        // relaxed: the exchanges below order.
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let snapshot = Snapshot(seen);
            let (new, outcome) = match snapshot.phase() {
                Phase::Waiting | Phase::Ready if snapshot.is(LOCKED) => {
                    crate::sync::spin_loop();
                    // relaxed: as above.
                    seen = self.0.load(Ordering::Relaxed);
                    continue;
                }
                Phase::Waiting | Phase::Ready => {
                    ((seen & !PHASE) + Phase::Running as u64, Cancel::Claimed)
                }
                Phase::Running | Phase::Away => (seen | ASKED, Cancel::Asked),
                _ => return Cancel::TooLate,
            };
            // Acquire pairs with the same Release as in `claim`: the arguments are ours to drop.
            // relaxed: on failure, only the next guess.
            match self
                .0
                .compare_exchange_weak(seen, new, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return outcome,
                Err(now) => seen = now,
            }
        }
    }

    /// Running → `phase`, and the task's own reference less. Only who claimed may call it, after the value or the error is
    /// in place and the list of dependents is closed.
    #[inline]
    pub(crate) fn end(&self, phase: Phase) -> Left {
        debug_assert!(phase.ended());
        let step = (phase as u64 - Phase::Running as u64).wrapping_sub(ONE);
        // Release pairs with the Acquire in `now`, `take`, `release`; Acquire as in `release`.
        let before = self.0.fetch_add(step, Ordering::AcqRel);
        self.left(Snapshot(before.wrapping_add(step)))
    }

    /// Finished with one reference, the caller's → Taken: the value may be moved out.
    #[inline]
    #[must_use]
    pub(crate) fn take(&self) -> bool {
        // relaxed: the exchange below orders.
        let seen = self.0.load(Ordering::Relaxed);
        let snapshot = Snapshot(seen);
        if snapshot.phase() != Phase::Finished || snapshot.references() != 1 {
            return false;
        }
        let new = seen + (Phase::Taken as u64 - Phase::Finished as u64);
        // Acquire pairs with the Release in `end` (the value) and in `release` (the readers are gone). Release for symmetry
        // with `release`: taking is a use of the value.
        self.0
            .compare_exchange(seen, new, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Finished → Taken, whoever else has references: the caller knows that none of them looks at the value. False if it has not ended well.
    #[must_use]
    pub(crate) fn take_among_others(&self) -> bool {
        // relaxed: the exchange below orders.
        let mut seen = self.0.load(Ordering::Relaxed);
        while Snapshot(seen).phase() == Phase::Finished {
            let new = seen + (Phase::Taken as u64 - Phase::Finished as u64);
            // AcqRel pairs with the Release in `end`, and is a use of the value for who disposes of the task, as in `take`.
            match self
                .0
                .compare_exchange_weak(seen, new, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// Keeps a task that has not started from being claimed. False when it has started, or somebody holds the lock.
    #[must_use]
    pub(crate) fn lock(&self) -> bool {
        // relaxed: the exchange below orders.
        let seen = self.0.load(Ordering::Relaxed);
        let snapshot = Snapshot(seen);
        if snapshot.is(LOCKED) || !matches!(snapshot.phase(), Phase::Waiting | Phase::Ready) {
            return false;
        }
        // Acquire pairs with the Release in `unlock`.
        self.0
            .compare_exchange(seen, seen | LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Ends [`lock`](Self::lock).
    pub(crate) fn unlock(&self) {
        // Release pairs with the Acquire in `claim`, `cancel` and `lock`: our reading of the arguments is over.
        self.0.fetch_and(!LOCKED, Ordering::Release);
    }

    /// Says that the caller, a consumer that owns one reference, waits until that is the only one of an ended task.
    /// [`Left::Consumer`]: that is so already.
    pub(crate) fn want_unique(&self) -> Left {
        // AcqRel pairs with that of `release`: Release so that who clears the flag sees who the consumer is; Acquire as in `release`.
        let before = self.0.fetch_or(UNIQUE, Ordering::AcqRel);
        self.left(Snapshot(before | UNIQUE))
    }

    #[inline]
    fn left(&self, now: Snapshot) -> Left {
        match now.references() {
            0 => Left::Nobody,
            1 if now.is(UNIQUE) && now.phase().ended() => self.clear_unique(),
            _ => Left::Others,
        }
    }

    #[cold]
    fn clear_unique(&self) -> Left {
        // AcqRel pairs with `want_unique` and `release`.
        if Snapshot(self.0.fetch_and(!UNIQUE, Ordering::AcqRel)).is(UNIQUE) {
            Left::Consumer
        } else {
            Left::Others
        }
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.now();
        write!(f, "{:?} with {} references", now.phase(), now.references())
    }
}
