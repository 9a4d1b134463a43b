//! The earliest failure in program order.

use crate::lowered::drop_quietly;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::{Error, Result};

/// What has gone wrong so far, of which only the first in program order counts.
///
/// Nodes are known by their place in program order. Those behind the earliest failure so far are *cut*: they need not run any
/// more. Those before it run all the same, since one of them may fail too, and then it is the one at which a serial run would
/// have stopped. A node that depends on a failed one lies behind it and is made ready after it has failed, so it never
/// runs. Hence the result does not depend on timing.
#[derive(Debug)]
pub(crate) struct EarliestFailure {
    /// The smallest place that has failed.
    cut: AtomicU64,
    failure: Mutex<Option<(u64, Error)>>,
}

impl EarliestFailure {
    /// Nothing has failed.
    #[inline]
    pub(crate) fn none_yet() -> Self {
        EarliestFailure {
            cut: AtomicU64::new(u64::MAX),
            failure: Mutex::new(None),
        }
    }

    /// Whether the node at `place` need not run any more.
    #[inline(always)]
    pub(crate) fn cuts(&self, place: u64) -> bool {
        // relaxed: a stale value only runs a node that could have been left out. It is not stale for nodes after the failed one,
        // whose countdowns order them behind it.
        place > self.cut.load(Ordering::Relaxed)
    }

    /// Whether anything is known to have failed.
    #[inline(always)]
    pub(crate) fn any(&self) -> bool {
        // relaxed: as in `cuts`; after waiting for all nodes it is exact.
        self.cut.load(Ordering::Relaxed) != u64::MAX
    }

    /// The node at `place` has failed.
    #[cold]
    pub(crate) fn fail(&self, place: u64, error: Error) {
        // relaxed: see `cuts`; the error itself travels through the mutex.
        self.cut.fetch_min(place, Ordering::Relaxed);
        let mut failure = self
            .failure
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let unseen = match &*failure {
            Some((earliest, _)) if *earliest < place => Some((place, error)),
            _ => failure.replace((place, error)),
        };
        drop(failure);
        // It may hold the user's values, and drops them outside of the lock.
        drop_quietly(unseen);
    }

    /// A node at `place` has failed elsewhere, where its error is kept.
    pub(crate) fn cut_behind(&self, place: u64) {
        // relaxed: as in `fail`.
        self.cut.fetch_min(place, Ordering::Relaxed);
    }

    /// The smallest place that is known to have failed.
    pub(crate) fn place(&self) -> Option<u64> {
        // relaxed: as in `cuts`.
        let cut = self.cut.load(Ordering::Relaxed);
        (cut != u64::MAX).then_some(cut)
    }

    /// The earliest failure whose error is kept here, with its place, after all nodes have ended: handed out once.
    pub(crate) fn take(&self) -> Option<(u64, Error)> {
        self.failure
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .take()
    }

    /// The outcome, after all nodes have ended: an error is handed out once.
    ///
    /// # Errors
    /// The earliest failure.
    pub(crate) fn outcome(&self) -> Result<()> {
        if !self.any() {
            return Ok(());
        }
        self.take().map_or(Ok(()), |(_, error)| Err(error))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_wins_whatever_the_order() {
        for order in [[3, 7, 5], [7, 5, 3], [5, 3, 7]] {
            let failure = EarliestFailure::none_yet();
            assert!(failure.outcome().is_ok() && !failure.any());
            for place in order {
                failure.fail(place, Error::msg(place.to_string()));
            }
            assert!(failure.any() && !failure.cuts(3) && failure.cuts(4));
            assert_eq!(failure.outcome().unwrap_err().to_string(), "3");
            assert!(failure.outcome().is_ok(), "handed out once");
        }
    }
}
