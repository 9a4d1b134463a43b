//! Counting down to the moment when nothing is missing any more.

use crate::sync::atomic::{AtomicU32, Ordering};

/// How many things have still to happen. Each of them is counted down once, after it has happened; who counts down the last
/// one sees everything that was done before the others were counted, and so does who sees that it is over.
#[derive(Debug)]
pub(crate) struct Countdown(AtomicU32);

impl Countdown {
    /// Waits for `count` things.
    #[inline(always)]
    pub(crate) fn new(count: u32) -> Self {
        Countdown(AtomicU32::new(count))
    }

    /// One more thing to wait for, added by somebody who has not counted down a thing of its own yet.
    #[inline(always)]
    pub(crate) fn one_more(&self) {
        // relaxed: who adds still holds a count, so nobody reaches zero meanwhile; and it publishes what the new count is for.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One thing need not be waited for after all, says who added it with [`one_more`](Self::one_more) and still holds a count of
    /// its own, or the only thread that knows of the countdown.
    #[inline(always)]
    pub(crate) fn one_less(&self) {
        // relaxed: it carries no data, and nobody can be the last because of it.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Begins anew with `count` things, by the only thread that knows of it.
    #[inline(always)]
    pub(crate) fn restart(&self, count: u32) {
        // relaxed: published together with what the countdown belongs to.
        self.0.store(count, Ordering::Relaxed);
    }

    /// `count` things have happened. Returns whether they were the last.
    #[inline(always)]
    #[must_use]
    pub(crate) fn down(&self, count: u32) -> bool {
        // AcqRel pairs with the other calls, here and in `last_down`: who comes last sees what all did. Its Release half also
        // pairs with the Acquire in `is_over`.
        self.0.fetch_sub(count, Ordering::AcqRel) == count
    }

    /// One thing has happened. Returns whether it was the last; then nobody may use the countdown again before it is restarted,
    /// for it is left where it was: a countdown of one costs no read-modify-write.
    #[inline(always)]
    #[must_use]
    pub(crate) fn last_down(&self) -> bool {
        // Acquire pairs with the Release halves of the others' `down`: nobody but us holds a count any more.
        self.0.load(Ordering::Acquire) == 1 || self.down(1)
    }

    /// Whether everything has happened; then what was done before is visible. Not for countdowns that use `last_down`.
    #[inline(always)]
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        // Acquire pairs with the Release half in `down`.
        self.0.load(Ordering::Acquire) == 0
    }

    /// How many things are missing, for a thread that knows that nobody else counts down now.
    #[inline(always)]
    pub(crate) fn missing(&self) -> u32 {
        // relaxed: nobody else writes.
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts down the joins of a node's `successors` after it has ended. Each that becomes ready is handed out exactly once, to the
/// thread that ended the last of its predecessors: `keep_one` is given it and the one kept so far, keeps one of them to go
/// straight on with, which is returned at last, and offers the other.
#[inline(always)]
pub(crate) fn release(
    successors: &[u32],
    joins: &[Countdown],
    mut keep_one: impl FnMut(u32, Option<u32>) -> Option<u32>,
) -> Option<u32> {
    let mut kept = None;
    for &successor in successors {
        if joins[successor as usize].last_down() {
            kept = keep_one(successor, kept);
        }
    }
    kept
}
