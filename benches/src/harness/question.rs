//! What is asked, in which unit, and what would be a good answer.

use super::aim::{Aim, Goal};
use super::contender::LineUp;

/// The unit of a question's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds for one of the `count` things that a run consists of.
    Nanoseconds {
        /// What is counted: "node", "call", "run".
        per: &'static str,
        /// How many of them one run is.
        count: u64,
    },
    /// How many times faster than the serial contender.
    SpeedUp,
    /// The share of the threads' time that is useful work, in percent: serial time / (threads × time).
    Efficiency,
}

impl Unit {
    /// Nanoseconds a `per`, of which a run has `count`.
    pub fn nanoseconds(per: &'static str, count: u64) -> Unit {
        Unit::Nanoseconds { per, count }
    }

    /// The unit in words.
    pub fn label(self) -> String {
        match self {
            Unit::Nanoseconds { per, .. } => format!("ns a {per}"),
            Unit::SpeedUp => "times faster than serial".to_owned(),
            Unit::Efficiency => "% efficiency".to_owned(),
        }
    }

    /// Whether a greater figure is the better one.
    pub fn greater_is_better(self) -> bool {
        match self {
            Unit::Nanoseconds { .. } => false,
            Unit::SpeedUp | Unit::Efficiency => true,
        }
    }

    /// The figure for a run of `nanoseconds`; `None` where it needs a serial time and there is none.
    pub fn figure(
        self,
        nanoseconds: f64,
        count: Option<u64>,
        serial: Option<f64>,
        threads: usize,
    ) -> Option<f64> {
        match self {
            Unit::Nanoseconds { count: own, .. } => Some(nanoseconds / count.unwrap_or(own) as f64),
            Unit::SpeedUp => serial.map(|serial| serial / nanoseconds),
            Unit::Efficiency => {
                serial.map(|serial| 100.0 * serial / (nanoseconds * threads as f64))
            }
        }
    }
}

/// One question: who answers it, on how many threads, in which unit.
pub struct Question {
    /// `group/question`, as `--only` and the JSON file know it.
    pub name: String,
    /// What a run does and what is left out of the time.
    pub how: &'static str,
    /// The unit of all its figures.
    pub unit: Unit,
    /// The numbers of threads it is asked for.
    pub threads: &'static [usize],
    /// What would be a good answer.
    pub aims: Vec<Aim>,
    /// Why an aim is missed where it is, as far as a profile has shown.
    pub profile: Option<&'static str>,
    /// Makes the contenders for a number of threads.
    pub line_up: Box<dyn Fn(usize) -> LineUp>,
}

impl Question {
    /// A question asked on one and on two threads, without aims yet.
    pub fn new(
        name: impl Into<String>,
        unit: Unit,
        how: &'static str,
        line_up: impl Fn(usize) -> LineUp + 'static,
    ) -> Question {
        Question {
            name: name.into(),
            how,
            unit,
            threads: &[1, 2],
            aims: Vec::new(),
            profile: None,
            line_up: Box::new(line_up),
        }
    }

    /// Asks it for these numbers of threads instead.
    pub fn on(mut self, threads: &'static [usize]) -> Question {
        self.threads = threads;
        self
    }

    /// Says what a profile has shown, for the report of aims that are missed.
    pub fn profile(mut self, shown: &'static str) -> Question {
        self.profile = Some(shown);
        self
    }

    /// Adds an aim for every number of threads.
    pub fn aim(mut self, goal: Goal) -> Question {
        self.aims.push(Aim {
            threads: None,
            goal,
        });
        self
    }

    /// Adds an aim for one number of threads.
    pub fn aim_on(mut self, threads: usize, goal: Goal) -> Question {
        self.aims.push(Aim {
            threads: Some(threads),
            goal,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_divided_among_the_things_counted() {
        let unit = Unit::nanoseconds("node", 100);
        assert_eq!(unit.figure(500.0, None, None, 2), Some(5.0));
        assert_eq!(unit.figure(500.0, Some(10), None, 2), Some(50.0));
        assert_eq!(unit.label(), "ns a node");
        assert!(!unit.greater_is_better());
    }

    #[test]
    fn speed_up_and_efficiency_need_the_serial_time() {
        assert_eq!(Unit::SpeedUp.figure(50.0, None, Some(100.0), 2), Some(2.0));
        assert_eq!(Unit::SpeedUp.figure(50.0, None, None, 2), None);
        assert_eq!(
            Unit::Efficiency.figure(50.0, None, Some(100.0), 2),
            Some(100.0)
        );
        assert_eq!(
            Unit::Efficiency.figure(100.0, None, Some(100.0), 2),
            Some(50.0)
        );
    }
}
