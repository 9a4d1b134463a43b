//! How long a worker that finds nothing to do looks again before it goes to sleep.
//!
//! Being woken costs some ten microseconds to whoever wakes and as much to who is woken, on virtual machines more. A graph
//! of nodes of a hundred microseconds that wakes a second thread for each fork has lost what the thread would have gained. So a
//! worker that is often needed again soon stays awake: it looks for work twice as long as its last gap took, up to
//! [`MOST`]. Where gaps are longer than that it goes to sleep after [`LEAST`], and an idle program uses no processor at all.
//!
//! (Staying awake as long as a wake-up costs is within a factor of two of the best that could be done without knowing the
//! future: Karlin et al., "Competitive randomized algorithms for nonuniform problems", 1994. Here the recent past is known.)

use crate::clock;
use std::cell::Cell;

/// What a worker looks for work at least.
const LEAST: u64 = clock::micros(20);
/// What it looks for work at most.
const MOST: u64 = clock::micros(500);

/// The patience of one worker for one kind of waiting.
#[derive(Debug)]
pub(super) struct Patience {
    limit: Cell<u64>,
    /// When the present gap began; 0 outside of gaps.
    since: Cell<u64>,
}

impl Patience {
    pub(super) fn new() -> Self {
        Patience {
            limit: Cell::new(LEAST),
            since: Cell::new(0),
        }
    }

    /// There is nothing to do. Returns whether to go to sleep.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.is_over_at(clock::ticks(), LEAST)
    }

    /// The same, looking for so many ticks at least.
    #[inline]
    pub(super) fn is_over_after(&self, least: u64) -> bool {
        self.is_over_at(clock::ticks(), least)
    }

    /// There is something to do (again): the gap, if there was one, has ended.
    #[inline]
    pub(super) fn renew(&self) {
        if self.since.get() != 0 {
            self.renew_at(clock::ticks());
        }
    }

    fn is_over_at(&self, now: u64, least: u64) -> bool {
        if self.since.get() == 0 {
            self.since.set(now);
            return false;
        }
        now.wrapping_sub(self.since.get()) >= self.limit.get().max(least)
    }

    fn renew_at(&self, now: u64) {
        let gap = now.wrapping_sub(self.since.replace(0));
        let limit = self.limit.get();
        self.limit.set(if gap > MOST {
            (limit / 2).max(LEAST)
        } else {
            // Sinks slowly, for long gaps and short ones often take turns.
            (gap * 2).max(limit - limit / 16).clamp(LEAST, MOST)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaps of one length after another, from time 1 on; returns in how many of them the worker went to sleep.
    fn asleep(patience: &Patience, gaps: impl IntoIterator<Item = u64>) -> usize {
        let mut now = 1;
        gaps.into_iter()
            .filter(|gap| {
                assert!(!patience.is_over_at(now, LEAST), "a gap has only begun");
                now += gap;
                let over = patience.is_over_at(now, LEAST);
                patience.renew_at(now);
                over
            })
            .count()
    }

    #[test]
    fn who_is_needed_again_soon_stays_awake() {
        let patience = Patience::new();
        assert_eq!(asleep(&patience, [MOST / 3; 20]), 1);
        assert_eq!(asleep(&patience, [1, MOST / 3, 2, MOST / 3, 1]), 0);
    }

    #[test]
    fn who_is_not_needed_goes_to_sleep_early() {
        let patience = Patience::new();
        asleep(&patience, [MOST / 3; 20]);
        assert_eq!(asleep(&patience, [MOST * 2; 20]), 20);
        assert_eq!(patience.limit.get(), LEAST);
    }
}
