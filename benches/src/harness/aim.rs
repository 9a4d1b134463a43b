//! What a figure is held against, and what came of it.
//!
//! An aim is printed beside its figure. It never makes the run fail.

use std::fmt;

/// How much worse than "the same" still counts as the same: the machine is not quieter than this.
const NOISE: f64 = 0.05;

/// A goal for our figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// No more than this, in the question's unit.
    AtMost(f64),
    /// No less than this, in the question's unit.
    AtLeast(f64),
    /// A run may take this much longer than the serial contender's.
    OverSerial {
        /// In percent of the serial time.
        percent: f64,
        /// In nanoseconds a run, on top.
        nanoseconds: f64,
    },
    /// At least as good as the peer of this name, within the noise.
    LevelWith(&'static str),
    /// Strictly better than the peer of this name.
    AheadOf(&'static str),
    /// At least so many percent of what the peer of this name does in the same time.
    Share {
        /// In percent of the peer's rate: 100 is as good as it, 200 twice as good.
        percent: f64,
        /// The peer.
        of: &'static str,
    },
    /// As good as on one thread, within the noise.
    NoWorseThanOneThread,
}

/// A goal, and for which number of threads it is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// `None` for every number of threads.
    pub threads: Option<usize>,
    /// What is wanted.
    pub goal: Goal,
}

/// What came of an aim.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is met.
    Reached,
    /// It is not met; by which factor, as a percentage.
    Missed(f64),
    /// Something it needs has no figure.
    NotMeasured,
}

/// The figures an aim is judged by, in the question's unit unless said otherwise.
pub struct Evidence<'a> {
    /// Our median.
    pub ours: Option<f64>,
    /// Our median run, in nanoseconds.
    pub run: Option<f64>,
    /// The serial contender's median run, in nanoseconds.
    pub serial_run: Option<f64>,
    /// Our median on one thread.
    pub ours_on_one: Option<f64>,
    /// The median of a peer.
    pub peer: &'a dyn Fn(&str) -> Option<f64>,
    /// Whether a greater figure is the better one.
    pub greater_is_better: bool,
}

impl Goal {
    /// Whether the goal is met.
    pub fn judge(self, evidence: &Evidence<'_>) -> Outcome {
        let excess = match self {
            Goal::AtMost(limit) => evidence.ours.map(|ours| ours / limit),
            Goal::AtLeast(limit) => evidence.ours.map(|ours| limit / ours),
            Goal::OverSerial {
                percent,
                nanoseconds,
            } => evidence
                .run
                .zip(evidence.serial_run)
                .map(|(run, serial)| run / (serial * (1.0 + percent / 100.0) + nanoseconds)),
            Goal::LevelWith(peer) => evidence
                .behind((evidence.peer)(peer))
                .map(|behind| behind / (1.0 + NOISE)),
            Goal::AheadOf(peer) => evidence.behind((evidence.peer)(peer)),
            Goal::Share { percent, of } => evidence
                .behind((evidence.peer)(of))
                .map(|behind| behind * percent / 100.0),
            Goal::NoWorseThanOneThread => evidence
                .behind(evidence.ours_on_one)
                .map(|behind| behind / (1.0 + NOISE)),
        };
        match excess {
            None => Outcome::NotMeasured,
            Some(excess) if excess <= 1.0 => Outcome::Reached,
            Some(excess) => Outcome::Missed((excess - 1.0) * 100.0),
        }
    }
}

impl Evidence<'_> {
    /// How many times worse than `other` ours is.
    fn behind(&self, other: Option<f64>) -> Option<f64> {
        self.ours.zip(other).map(|(ours, other)| {
            if self.greater_is_better {
                other / ours
            } else {
                ours / other
            }
        })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtMost(limit) => write!(f, "≤ {limit}"),
            Goal::AtLeast(limit) => write!(f, "≥ {limit}"),
            Goal::OverSerial {
                percent: 0.0,
                nanoseconds,
            } => write!(f, "< {nanoseconds} ns a run over serial"),
            Goal::OverSerial {
                percent,
                nanoseconds,
            } => {
                write!(f, "within {percent} % + {nanoseconds} ns a run of serial")
            }
            Goal::LevelWith(peer) => write!(f, "level with {peer} (within {} %)", NOISE * 100.0),
            Goal::AheadOf(peer) => write!(f, "ahead of {peer}"),
            Goal::Share { percent, of } => write!(f, "at least {percent} % of {of}"),
            Goal::NoWorseThanOneThread => {
                write!(f, "no worse than on 1 thread (within {} %)", NOISE * 100.0)
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Reached => write!(f, "reached"),
            Outcome::Missed(percent) => write!(f, "missed by {percent:.0} %"),
            Outcome::NotMeasured => write!(f, "not measured"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence<'a>(ours: f64, peer: &'a dyn Fn(&str) -> Option<f64>) -> Evidence<'a> {
        Evidence {
            ours: Some(ours),
            run: Some(ours * 10.0),
            serial_run: Some(100.0),
            ours_on_one: Some(4.0),
            peer,
            greater_is_better: false,
        }
    }

    #[test]
    fn limits() {
        let nobody = |_: &str| None;
        assert_eq!(
            Goal::AtMost(5.0).judge(&evidence(5.0, &nobody)),
            Outcome::Reached
        );
        assert_eq!(
            Goal::AtMost(5.0).judge(&evidence(10.0, &nobody)),
            Outcome::Missed(100.0)
        );
        assert_eq!(
            Goal::AtLeast(5.0).judge(&evidence(5.0, &nobody)),
            Outcome::Reached
        );
        assert_eq!(
            Goal::AtLeast(5.0).judge(&evidence(4.0, &nobody)),
            Outcome::Missed(25.0)
        );
    }

    #[test]
    fn shares_of_a_peers_rate() {
        let peer = |name: &str| (name == "rival").then_some(9.0);
        let share = |percent, ours| {
            let of = "rival";
            Goal::Share { percent, of }.judge(&evidence(ours, &peer))
        };
        assert_eq!(share(90.0, 10.0), Outcome::Reached);
        assert_eq!(share(200.0, 4.5), Outcome::Reached);
        assert_eq!(share(100.0, 18.0), Outcome::Missed(100.0));
        let nobody = Goal::Share {
            percent: 90.0,
            of: "nobody",
        };
        assert_eq!(nobody.judge(&evidence(1.0, &peer)), Outcome::NotMeasured);
    }

    #[test]
    fn over_serial_is_judged_in_nanoseconds_a_run() {
        let nobody = |_: &str| None;
        let goal = Goal::OverSerial {
            percent: 0.0,
            nanoseconds: 100.0,
        };
        assert_eq!(goal.judge(&evidence(20.0, &nobody)), Outcome::Reached);
        assert_eq!(goal.judge(&evidence(25.0, &nobody)), Outcome::Missed(25.0));
    }

    #[test]
    fn peers_are_found_by_name() {
        let peer = |name: &str| (name == "rayon").then_some(10.0);
        assert_eq!(
            Goal::AheadOf("rayon").judge(&evidence(10.0, &peer)),
            Outcome::Reached
        );
        assert_eq!(
            Goal::AheadOf("rayon").judge(&evidence(15.0, &peer)),
            Outcome::Missed(50.0)
        );
        assert_eq!(
            Goal::LevelWith("rayon").judge(&evidence(10.4, &peer)),
            Outcome::Reached
        );
        assert_eq!(
            Goal::AheadOf("chili").judge(&evidence(1.0, &peer)),
            Outcome::NotMeasured
        );
    }

    #[test]
    fn direction_follows_the_unit() {
        let peer = |_: &str| Some(2.0);
        let faster = Evidence {
            greater_is_better: true,
            ..evidence(3.0, &peer)
        };
        assert_eq!(Goal::AheadOf("anyone").judge(&faster), Outcome::Reached);
        assert_eq!(
            Goal::NoWorseThanOneThread.judge(&evidence(4.1, &peer)),
            Outcome::Reached
        );
        assert!(matches!(
            Goal::NoWorseThanOneThread.judge(&evidence(5.0, &peer)),
            Outcome::Missed(_)
        ));
    }
}
