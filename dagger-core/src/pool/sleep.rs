//! Who is awake, and how a publisher of work wakes somebody who is not.
//!
//! # Protocol
//!
//! A worker is in one of three places:
//! * **active**: inside the pool's work loop, or a ticket for it has been handed to
//!   rayon. `active` counts these.
//! * **parked**: inside [`Worker::wait`](super::Worker), with nothing to help with. Its bit is
//!   set in the bits of the kinds of work it could help with.
//! * **elsewhere**: asleep in rayon's own sleep protocol, or running user code.
//!
//! Publishing work is: (P1) put the job where thieves look, (P2) a SeqCst fence,
//! (P3) read the kind's parked bits and `active`; if a bit is set clear it and unpark that worker, else if
//! `active` is below the number of threads add one to it and hand rayon a ticket.
//!
//! Going idle is: (I1) take oneself out of `active`, or set one's parked bits, (I2) a SeqCst
//! fence, (I3) look at all queues once more; if there is work, come back.
//!
//! The two fences are totally ordered. If P2 comes first, I3 sees the job of P1. If I2
//! comes first, P3 sees the change of I1 and wakes somebody. So no job is
//! left behind while a worker that could take it sleeps. A bit may be cleared by a publisher at the
//! same time as its owner withdraws it; the unpark token left over then makes one later
//! park return early, which every caller of park tolerates.
//!
//! More rules follow from what a worker may do when it is woken, or while it looks for work:
//! * A worker that a publisher has chosen (its bit is gone when it withdraws) may find that what it waited for has happened, and go on
//!   without looking for work. It then passes the call on, to whoever else sleeps.
//! * A ticket may be taken by a worker that waits inside a job, which runs forks only. If tasks are waiting, it has everybody
//!   called (`Shared::call`).
//! * A worker that looks for work for long lets rayon run something on it now and then (`Worker::lend`), which may take its time. So it is
//!   not active meanwhile: it goes idle as above and is active again afterwards, unless its place has been taken.
//!
//! Each parked worker is chosen once: who clears its bit in `for_forks` has chosen it. A worker that could run a task has a
//! bit in `for_tasks` too, which only says where to look.

use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// The shared state of the protocol for one pool.
#[derive(Debug)]
pub(crate) struct Sleep {
    active: AtomicUsize,
    threads: usize,
    /// Workers that wait and would run a fork.
    for_forks: Box<[AtomicU64]>,
    /// Workers that wait and would run a fork or a task.
    for_tasks: Box<[AtomicU64]>,
    /// How many work loops and closures of `enter` are on each worker's stack, for who asks whether anybody works.
    occupied: Box<[AtomicU32]>,
    /// Which workers sleep because of something outside of this pool.
    away: Box<[AtomicBool]>,
}

/// What a publisher has to do after (P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Wake {
    /// Everybody who could run the job is awake already.
    Nobody,
    /// Unpark this worker; its bit has been cleared.
    Unpark(usize),
    /// Hand rayon a ticket; it has been counted in `active`.
    Ticket,
}

/// Which kind of work was published, or would be welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A node of a frame: any waiting worker may run it.
    Fork,
    /// A dynamic task: a worker that waits inside another task must not.
    Task,
}

impl Sleep {
    /// Nobody active, nobody parked.
    pub(crate) fn new(threads: usize) -> Self {
        Sleep {
            active: AtomicUsize::new(0),
            threads,
            for_forks: zeros(threads),
            for_tasks: zeros(threads),
            occupied: (0..threads).map(|_| AtomicU32::new(0)).collect(),
            away: (0..threads).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// (P2) and (P3): to be called after a job was put where thieves look.
    #[inline]
    pub(crate) fn published(&self, kind: Kind) -> Wake {
        // Pairs with the fence in `retire` and in `park`.
        fence(Ordering::SeqCst);
        match kind {
            Kind::Fork => {
                if let Some(worker) = take_bit(&self.for_forks) {
                    return Wake::Unpark(worker);
                }
            }
            Kind::Task => {
                while let Some(worker) = take_bit(&self.for_tasks) {
                    if clear_bit(&self.for_forks, worker) {
                        return Wake::Unpark(worker);
                    }
                }
            }
        }
        if self.activate() {
            Wake::Ticket
        } else {
            Wake::Nobody
        }
    }

    /// Counts one more active worker unless all are.
    #[inline]
    pub(crate) fn activate(&self) -> bool {
        // relaxed: `active` carries no data; its place in the protocol's order comes from the fences.
        let mut now = self.active.load(Ordering::Relaxed);
        while now < self.threads {
            // relaxed: as above.
            match self.active.compare_exchange_weak(
                now,
                now + 1,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(seen) => now = seen,
            }
        }
        false
    }

    /// Counts one more active worker, one that has been called by name.
    pub(crate) fn enlist(&self) {
        // relaxed: as in `activate`.
        self.active.fetch_add(1, Ordering::Relaxed);
    }

    /// (I1) and (I2) for a worker that leaves the work loop: look at the queues afterwards.
    pub(crate) fn retire(&self) {
        // Release pairs with the Acquire in `quiet`: what the worker did is visible to who sees it gone.
        self.active.fetch_sub(1, Ordering::Release);
        // Pairs with the fence in `published`.
        fence(Ordering::SeqCst);
    }

    /// (I1) and (I2) for a worker that wants to park: look at the queues and at the awaited
    /// condition afterwards, then park or [`withdraw`](Self::withdraw).
    pub(crate) fn park(&self, worker: usize, helps_with: Kind) {
        if helps_with == Kind::Task {
            // relaxed: ordered by the fence below.
            self.for_tasks[worker / 64].fetch_or(1 << (worker % 64), Ordering::Relaxed);
        }
        // relaxed: ordered by the fence below.
        self.for_forks[worker / 64].fetch_or(1 << (worker % 64), Ordering::Relaxed);
        // Pairs with the fence in `published` and in `is_parked`.
        fence(Ordering::SeqCst);
    }

    /// Takes one's own bits back, after parking or instead of it. Returns whether a publisher has chosen this worker meanwhile: then
    /// it must look for work, or pass the call on.
    #[must_use]
    pub(crate) fn withdraw(&self, worker: usize) -> bool {
        clear_bit(&self.for_tasks, worker);
        let chosen = !clear_bit(&self.for_forks, worker);
        if chosen {
            // Pairs with the fence in `published`: what was published by who cleared the bit is visible from here on.
            fence(Ordering::SeqCst);
        }
        chosen
    }

    /// Whether `worker` may be parked, for who has just made true what it may be waiting for.
    pub(crate) fn is_parked(&self, worker: usize) -> bool {
        // Pairs with the fence in `park`.
        fence(Ordering::SeqCst);
        // relaxed: ordered by the fence above. A publisher that has cleared the bit unparks the worker itself.
        self.for_forks[worker / 64].load(Ordering::Relaxed) & (1 << (worker % 64)) != 0
    }

    /// How many workers have nothing to do, about.
    pub(crate) fn idle(&self) -> usize {
        // relaxed: a hint.
        self.threads
            .saturating_sub(self.active.load(Ordering::Relaxed))
    }

    /// `worker`, which calls this, runs code until the returned value is dropped: its work loop, or what `enter` was given.
    #[must_use]
    pub(crate) fn occupy(&self, worker: usize) -> Occupied<'_> {
        let occupied = Occupied(&self.occupied[worker]);
        // relaxed: written by this worker alone, and read as a hint.
        occupied.0.fetch_add(1, Ordering::Relaxed);
        occupied
    }

    /// `worker`, which calls this, sleeps from now on because of something outside of this pool, or does no longer.
    pub(crate) fn set_away(&self, worker: usize, away: bool) {
        // relaxed: as in `occupy`.
        self.away[worker].store(away, Ordering::Relaxed);
    }

    /// Whether it looks as if no worker works: those that run any code wait inside it.
    pub(crate) fn stands_still(&self) -> bool {
        self.occupied.iter().enumerate().all(|(worker, occupied)| {
            // relaxed: a hint.
            let sleeps = || self.is_parked(worker) || self.away[worker].load(Ordering::Relaxed);
            // relaxed: a hint.
            occupied.load(Ordering::Relaxed) == 0 || sleeps()
        })
    }

    /// Whether no worker is active and no ticket is under way.
    pub(crate) fn quiet(&self) -> bool {
        // Acquire pairs with the Release in `retire`.
        self.active.load(Ordering::Acquire) == 0
    }
}

/// See [`Sleep::occupy`].
pub(crate) struct Occupied<'a>(&'a AtomicU32);

impl Drop for Occupied<'_> {
    fn drop(&mut self) {
        // relaxed: as in `occupy`.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn zeros(bits: usize) -> Box<[AtomicU64]> {
    (0..bits.div_ceil(64)).map(|_| AtomicU64::new(0)).collect()
}

/// Clears the worker's bit; returns whether it was set.
fn clear_bit(words: &[AtomicU64], worker: usize) -> bool {
    let mask = 1 << (worker % 64);
    // relaxed: ordered by the fences of the callers; a leftover unpark token is harmless.
    words[worker / 64].fetch_and(!mask, Ordering::Relaxed) & mask != 0
}

/// Clears some set bit and returns its number.
fn take_bit(words: &[AtomicU64]) -> Option<usize> {
    for (index, word) in words.iter().enumerate() {
        // relaxed: ordered by the fence in `published`.
        let mut bits = word.load(Ordering::Relaxed);
        while bits != 0 {
            let mask = 1 << bits.trailing_zeros();
            // relaxed: as above; the parked worker reads nothing because of its bit being cleared.
            bits = word.fetch_and(!mask, Ordering::Relaxed);
            if bits & mask != 0 {
                return Some(index * 64 + mask.trailing_zeros() as usize);
            }
        }
    }
    None
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicBool;

    /// A publisher and a worker that goes idle at the same moment: either the worker
    /// sees the job, or the publisher sees that it must wake somebody.
    #[test]
    fn loom_no_job_is_left_behind_by_a_retiring_worker() {
        loom::model(|| {
            let sleep = Arc::new(Sleep::new(1));
            assert!(sleep.activate());
            let job = Arc::new(AtomicBool::new(false));
            let publisher = {
                let (sleep, job) = (Arc::clone(&sleep), Arc::clone(&job));
                loom::thread::spawn(move || {
                    job.store(true, Ordering::Relaxed);
                    sleep.published(Kind::Task)
                })
            };
            sleep.retire();
            let seen = job.load(Ordering::Relaxed);
            let wake = publisher.join().expect("the publisher does not panic");
            assert!(seen || wake == Wake::Ticket);
        });
    }

    /// A worker that stops waiting just as it is chosen for a job knows that it was, and sees the job, so that it can pass the call on.
    #[test]
    fn loom_a_chosen_worker_that_goes_its_way_knows_of_the_job() {
        loom::model(|| {
            let sleep = Arc::new(Sleep::new(1));
            assert!(sleep.activate());
            let job = Arc::new(AtomicBool::new(false));
            let publisher = {
                let (sleep, job) = (Arc::clone(&sleep), Arc::clone(&job));
                loom::thread::spawn(move || {
                    job.store(true, Ordering::Relaxed);
                    sleep.published(Kind::Task)
                })
            };
            sleep.park(0, Kind::Task);
            let chosen = sleep.withdraw(0);
            let seen = job.load(Ordering::Relaxed);
            let wake = publisher.join().expect("the publisher does not panic");
            assert_eq!(chosen, wake == Wake::Unpark(0));
            assert!(seen || !chosen);
        });
    }

    /// Of two publishers at most one chooses the one worker that waits.
    #[test]
    fn loom_a_worker_is_chosen_once() {
        loom::model(|| {
            let sleep = Arc::new(Sleep::new(1));
            assert!(sleep.activate());
            sleep.park(0, Kind::Task);
            let other = {
                let sleep = Arc::clone(&sleep);
                loom::thread::spawn(move || sleep.published(Kind::Fork))
            };
            let mine = sleep.published(Kind::Task);
            let theirs = other.join().expect("no panic");
            let chosen = [mine, theirs]
                .iter()
                .filter(|wake| **wake == Wake::Unpark(0))
                .count();
            assert_eq!(chosen, 1);
        });
    }

    /// The same for a worker that parks while it waits.
    #[test]
    fn loom_no_fork_is_left_behind_by_a_parking_worker() {
        loom::model(|| {
            let sleep = Arc::new(Sleep::new(1));
            assert!(sleep.activate());
            let job = Arc::new(AtomicBool::new(false));
            let publisher = {
                let (sleep, job) = (Arc::clone(&sleep), Arc::clone(&job));
                loom::thread::spawn(move || {
                    job.store(true, Ordering::Relaxed);
                    sleep.published(Kind::Fork)
                })
            };
            sleep.park(0, Kind::Fork);
            let seen = job.load(Ordering::Relaxed);
            let wake = publisher.join().expect("the publisher does not panic");
            assert!(seen || wake == Wake::Unpark(0));
        });
    }

    /// Who completes what a parking worker waits for either is seen, or sees the parked bit.
    #[test]
    fn loom_completion_reaches_a_parking_worker() {
        loom::model(|| {
            let sleep = Arc::new(Sleep::new(1));
            let done = Arc::new(AtomicBool::new(false));
            let completer = {
                let (sleep, done) = (Arc::clone(&sleep), Arc::clone(&done));
                loom::thread::spawn(move || {
                    done.store(true, Ordering::Relaxed);
                    sleep.is_parked(0)
                })
            };
            sleep.park(0, Kind::Fork);
            let seen = done.load(Ordering::Relaxed);
            let unparks = completer.join().expect("the completer does not panic");
            assert!(seen || unparks);
        });
    }
}
