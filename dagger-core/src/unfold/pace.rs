//! Whether the driver of a loop form runs the next statements itself or unfolds them.
//!
//! While it runs them it knows from the clock how long they take. While it unfolds it knows from the nodes that have come
//! back how long *they* took, and from the clock what a node costs altogether: not the node's own time, but that of the driver, which is
//! dear where a node has many edges or its memory is touched for the first time.
//!
//! A single stretch of statements may be long because the system took the processor away, so after shorter ones it has to be
//! confirmed. And since unfolding short nodes costs many times what they take themselves, the first look comes soon, and each
//! time that unfolding did not pay, the next try is put off further.

use crate::clock;
use std::cell::Cell;

/// Statements shorter than this are not worth unfolding.
const GRAIN: u64 = clock::nanos(250);
/// Nodes longer than this are unfolded whatever it costs.
const COARSE: u64 = 8 * GRAIN;
/// A loop that has run for less than this is not worth unfolding yet.
const WARM: u64 = clock::micros(5);
/// Statements run by the driver between two looks at the clock, at most.
const STRETCH: u32 = 256;
/// Statements that confirm that they have become long.
const CONFIRM: u32 = 32;
/// Nodes unfolded before the first look at what became of them.
const FIRST_LOOK: u32 = 64;
/// Nodes unfolded between two later looks.
const UNFOLDED: u32 = 1024;
/// Ended nodes that are enough to judge by.
const ENOUGH: u32 = 16;
/// Statements that are run after unfolding has not paid, the first time.
const PENANCE: u32 = 1024;

/// What is known about the loop so far.
#[derive(Debug)]
pub(super) struct Pace {
    start: u64,
    since: Cell<u64>,
    /// Statements from the last look at the clock to the next.
    stretch: Cell<u32>,
    /// The last stretch was short enough to be surprised by a long one.
    doubts: Cell<bool>,
    /// Statements still to be run before unfolding is tried again, unless they are coarse.
    penance: Cell<u32>,
    next_penance: Cell<u32>,
}

/// What ended nodes took, all together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ended {
    pub(super) nodes: u32,
    pub(super) ticks: u64,
}

impl Ended {
    /// Whether there are enough of them to judge by.
    pub(super) fn is_telling(self) -> bool {
        self.nodes >= ENOUGH
    }
}

/// What the driver does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(super) enum Step {
    /// Runs so many statements itself.
    Run(u32),
    /// Unfolds so many.
    Unfold(u32),
}

impl Pace {
    /// That of a loop that begins at `start`, in ticks, with one statement run by the driver.
    pub(super) fn new(start: u64) -> Self {
        Pace {
            start,
            since: Cell::new(start),
            stretch: Cell::new(1),
            doubts: Cell::new(false),
            penance: Cell::new(0),
            next_penance: Cell::new(PENANCE),
        }
    }

    /// The driver has run the statements it was told to.
    pub(super) fn ran(&self, now: u64) -> Step {
        let stretch = self.stretch.get();
        let grain = now.wrapping_sub(self.since.replace(now)) / u64::from(stretch);
        let penance = self.penance.get().saturating_sub(stretch);
        self.penance.set(penance);
        let wanted = if penance > 0 { COARSE } else { GRAIN };
        let long = grain >= wanted && now.wrapping_sub(self.start) >= WARM;
        if long && !self.doubts.get() {
            self.stretch.set(FIRST_LOOK);
            return Step::Unfold(FIRST_LOOK);
        }
        self.doubts.set(!long && stretch >= CONFIRM);
        self.stretch.set(if long {
            CONFIRM
        } else {
            (stretch * 2).min(STRETCH)
        });
        Step::Run(self.stretch.get())
    }

    /// The driver has unfolded the nodes it was told to; `ended` are those that have come back since there were last enough of them to
    /// judge by.
    pub(super) fn unfolded(&self, now: u64, ended: Ended) -> Step {
        let nodes = self.stretch.get();
        if !ended.is_telling() {
            self.stretch.set(nodes.saturating_add(FIRST_LOOK));
            return Step::Unfold(FIRST_LOOK);
        }
        let all = now.wrapping_sub(self.since.get()) / u64::from(nodes);
        let grain = ended.ticks / u64::from(ended.nodes);
        // If the nodes' own time is less than what they cost, the driver alone would be faster.
        if grain < GRAIN || (grain < COARSE && grain < all) {
            let penance = self.next_penance.get();
            self.penance.set(penance);
            self.next_penance.set(penance.saturating_mul(4));
            self.stretch.set(CONFIRM);
            self.doubts.set(false);
            return Step::Run(CONFIRM);
        }
        self.since.set(now);
        self.stretch.set(UNFOLDED);
        Step::Unfold(UNFOLDED)
    }

    /// The driver begins what [`unfolded`](Self::unfolded) told it at this time, after waiting for the nodes.
    pub(super) fn resumes(&self, now: u64) {
        self.since.set(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs statements of `grain` ticks until the driver unfolds, at most `most`; returns how many.
    fn run(pace: &Pace, now: &mut u64, grain: u64, most: u32) -> Option<u32> {
        let (mut done, mut stretch) = (0, pace.stretch.get());
        while done < most {
            *now += grain * u64::from(stretch);
            done += stretch;
            match pace.ran(*now) {
                Step::Run(next) => stretch = next,
                Step::Unfold(_) => return Some(done),
            }
        }
        None
    }

    #[test]
    fn long_statements_are_unfolded_at_once_and_short_ones_never() {
        let mut now = 7;
        assert_eq!(run(&Pace::new(now), &mut now, 4 * WARM, 100), Some(1));
        assert_eq!(run(&Pace::new(now), &mut now, GRAIN / 50, 1_000_000), None);
        let soon = run(&Pace::new(now), &mut now, GRAIN * 2, 1000).unwrap();
        assert!(soon < 64, "{soon}");
    }

    #[test]
    fn one_interruption_does_not_make_statements_long() {
        let mut now = 1;
        let pace = Pace::new(now);
        assert_eq!(run(&pace, &mut now, GRAIN / 50, 2000), None);
        now += 1000 * WARM;
        assert_eq!(run(&pace, &mut now, GRAIN / 50, 100_000), None);
        assert!(run(&pace, &mut now, GRAIN * 2, 100_000).unwrap() <= 2 * STRETCH + CONFIRM);
    }

    #[test]
    fn short_nodes_are_given_up_soon_and_tried_less_and_less() {
        let mut now = 1;
        let pace = Pace::new(now);
        let mut tried = Vec::new();
        for _ in 0..3 {
            tried.push(run(&pace, &mut now, GRAIN * 2, 1_000_000).unwrap());
            // Each costs more than it takes.
            now += u64::from(FIRST_LOOK) * GRAIN * 8;
            let none = pace.unfolded(now, Ended::default());
            assert_eq!(none, Step::Unfold(FIRST_LOOK), "nothing to judge by yet");
            let ended = Ended {
                nodes: FIRST_LOOK,
                ticks: u64::from(FIRST_LOOK) * GRAIN * 2,
            };
            assert_eq!(pace.unfolded(now, ended), Step::Run(CONFIRM));
            pace.resumes(now);
        }
        assert!(tried[1] >= PENANCE && tried[2] >= 4 * PENANCE, "{tried:?}");
    }

    #[test]
    fn coarse_nodes_go_on_unfolding() {
        let mut now = 1;
        let pace = Pace::new(now);
        assert!(run(&pace, &mut now, COARSE, 1000).is_some());
        let ended = Ended {
            nodes: 20,
            ticks: 20 * COARSE,
        };
        assert_eq!(pace.unfolded(now + 1, ended), Step::Unfold(UNFOLDED));
    }
}
