//! How a worker waits: with nothing to do at all, or for something that others do.
//!
//! The first returns to rayon after a while, the second parks. `sleep` has the protocol of both, `patience` says how long a
//! worker looks for work before.

use super::job::Job;
use super::patience::Patience;
use super::worker::Worker;
use crate::clock;
use crate::cluster::Node;
use crate::observe;
use crate::pool::{Kind, lane};
use std::time::Duration;

/// Rounds of looking for work without a pause. After so many the worker looks less often, so as not to disturb those who work.
const EAGER: u32 = 200;
/// Later rounds between two looks at whether rayon has work.
const ROUNDS: u32 = 16;
/// Of a worker of several (ranks), rounds of looking between two offers of its core to others.
const LOOKS: u32 = 32;
/// So long it looks at least: an answer from another rank, which is a few microseconds away, may be held up by what else runs there, and to
/// be woken for it would cost more.
const AWAY: u64 = clock::micros(100);
/// How long a worker sleeps between two looks at what nobody wakes it for.
const NAP: Duration = Duration::from_millis(1);
/// The longest sleep of a worker that somebody will wake: for those who want to know how long it has waited.
const LONG_NAP: Duration = Duration::from_millis(500);

impl Worker {
    /// The work loop: runs whatever there is until there is nothing for a while. The caller has been
    /// counted as active. Called by rayon, possibly on top of a job that waits inside a `par_iter`.
    pub(crate) fn work(&self) {
        let _working = self.shared().sleep().occupy(self.index());
        self.work_until_idle();
    }

    fn work_until_idle(&self) {
        let mut spins = 0;
        let free = self.stack_is_free();
        if free {
            // Called: this ends the gap, even if somebody else is faster.
            self.idle.renew();
        }
        loop {
            if let Some(job) = self.find_while_waiting() {
                if free {
                    self.idle.renew();
                }
                self.execute_aside(job);
                self.attend_in_between();
                spins = 0;
                continue;
            }
            spins += 1;
            // What lies below on the stack waits for this to return.
            if free && !self.is_over(&self.idle) {
                if self.attend() {
                    continue;
                }
                if spins > EAGER && spins.is_multiple_of(ROUNDS) && !self.lend() {
                    idle_begins();
                    break;
                }
                self.pause(spins);
                continue;
            }
            self.leave();
            idle_begins();
            self.shared().sleep().retire();
            if !(self.shared().has_work(self.index(), self.helps_with())
                && self.shared().sleep().activate())
            {
                break;
            }
            spins = 0;
        }
    }

    /// Looks for messages of other workers (ranks), and sends what has collected for them. Whether there were any.
    fn attend(&self) -> bool {
        let node = self.shared().home().node();
        node.is_some_and(Node::attend)
    }

    /// Whether to go to sleep.
    fn is_over(&self, patience: &Patience) -> bool {
        if self.shared().home().node().is_some() {
            patience.is_over_after(AWAY)
        } else {
            patience.is_over()
        }
    }

    /// This worker goes to sleep, and looks for no messages any more.
    fn leave(&self) {
        if let Some(node) = self.shared().home().node() {
            node.leave();
        }
    }

    /// Lets a moment go by.
    fn pause(&self, spins: u32) {
        if self.shared().home().node().is_some() {
            // Looking for messages takes its time; other ranks may be in need of this core.
            if spins.is_multiple_of(LOOKS) {
                std::thread::yield_now();
            }
        } else {
            pause(spins);
        }
    }

    /// The same between two jobs, now and then.
    #[inline]
    fn attend_in_between(&self) {
        if let Some(node) = self.shared().home().node() {
            node.attend_in_between();
        }
    }

    /// Does something for rayon, if it has anything to do; to be called by an active worker with a free stack. Meanwhile the worker is
    /// not active. Returns whether it is again: if not, as many others are on their way as there are threads.
    fn lend(&self) -> bool {
        self.shared().sleep().retire();
        rayon::yield_now();
        self.shared().sleep().activate()
    }

    /// [`work`](Self::work), because of a ticket. It may be meant for a task, which a worker inside a job must not run.
    pub(super) fn work_for_ticket(&self) {
        self.work();
        if !self.stack_is_free() && self.shared().has_work(self.index(), Kind::Task) {
            self.shared().call_for_tasks(self.index());
        }
    }

    /// [`work`](Self::work), if this worker was called by name.
    pub(super) fn answer(&self) {
        if self.shared().reaches()[self.index()].called.answer() {
            self.shared().sleep().enlist();
            idle_ends();
            self.work();
        }
    }

    /// Waits until `done` holds, running forks meanwhile. Whoever makes `done` true calls
    /// [`Shared::unpark`] with this worker's index afterwards.
    pub(crate) fn wait(&self, done: impl Fn() -> bool) {
        // Inside a task there may be forks that this worker must not run: it must not look at them all the time.
        let nap = lane::with(|lane| lane.task.get() != 0).then_some(NAP);
        self.wait_by(done, || self.find_while_waiting(), nap);
    }

    /// Waits until `done` holds, helping with what `help` finds. What is published meanwhile does not wake this worker
    /// inside a job, so it looks again now and then.
    pub(crate) fn wait_helping(&self, done: impl Fn() -> bool, help: impl Fn() -> Option<Job>) {
        let nap = (!self.stack_is_free()).then_some(NAP);
        self.wait_by(done, help, nap);
    }

    /// Like [`wait_helping`](Self::wait_helping), for a condition that nobody calls
    /// [`Shared::unpark`] about: looks at it now and then.
    pub(crate) fn watch_helping(&self, done: impl Fn() -> bool, help: impl Fn() -> Option<Job>) {
        self.wait_by(done, help, Some(NAP));
    }

    fn wait_by(
        &self,
        done: impl Fn() -> bool,
        help: impl Fn() -> Option<Job>,
        nap: Option<Duration>,
    ) {
        let mut spins = 0;
        while !done() {
            if let Some(job) = help() {
                self.waiting.renew();
                self.execute_aside(job);
                self.attend_in_between();
                spins = 0;
                continue;
            }
            spins += 1;
            if !self.is_over(&self.waiting) {
                if !self.attend() {
                    self.pause(spins);
                }
                continue;
            }
            self.leave();
            let sleep = self.shared().sleep();
            sleep.park(self.index(), self.helps_with());
            if !done() {
                idle_begins();
                match nap {
                    Some(nap) => self.parker.park_timeout(nap),
                    None if self.shared().has_work(self.index(), self.helps_with()) => {
                        std::thread::yield_now();
                    }
                    None => self.parker.park_timeout(LONG_NAP),
                }
                idle_ends();
            }
            spins = 0;
            if sleep.withdraw(self.index()) {
                // Chosen for a job: runs it, or passes the call on if it must not or has no time.
                match (!done()).then(&help).flatten() {
                    Some(job) => {
                        self.waiting.renew();
                        self.execute_aside(job);
                    }
                    None => self.shared().pass_on(self.index()),
                }
            }
        }
        self.waiting.renew();
    }
}

fn pause(spins: u32) {
    if spins.is_multiple_of(8) {
        std::thread::yield_now();
    } else {
        let rounds = if spins > EAGER { ROUNDS } else { 1 };
        (0..rounds).for_each(|_| crate::sync::spin_loop());
    }
}

/// Tells the observers, if any, that this thread has nothing to do.
pub(super) fn idle_begins() {
    if observe::enabled() {
        observe::idle_begin();
    }
}

/// Tells the observers, if any, that this thread has something to do again.
pub(super) fn idle_ends() {
    if observe::enabled() {
        observe::idle_end();
    }
}
