//! Independent jobs, some of them long: what a second run can know and the first cannot.

use super::{Node, Program};

/// Jobs of given lengths, each a task of its own.
#[derive(Clone, Debug)]
pub struct Jobs {
    seconds: Vec<f64>,
    bytes: u64,
}

/// Names enough for the jobs there are.
const NAMES: [&str; 32] = [
    "job 0", "job 1", "job 2", "job 3", "job 4", "job 5", "job 6", "job 7", "job 8", "job 9",
    "job 10", "job 11", "job 12", "job 13", "job 14", "job 15", "job 16", "job 17", "job 18",
    "job 19", "job 20", "job 21", "job 22", "job 23", "job 24", "job 25", "job 26", "job 27",
    "job 28", "job 29", "job 30", "job 31",
];

impl Jobs {
    /// Jobs of these lengths.
    ///
    /// # Panics
    /// With more than 32.
    pub fn new(seconds: impl Into<Vec<f64>>) -> Self {
        let seconds = seconds.into();
        assert!(seconds.len() <= NAMES.len(), "at most {} jobs", NAMES.len());
        Jobs { seconds, bytes: 8 }
    }

    /// The tutorial's fifteen jobs: one long one, then short ones of three lengths.
    pub fn tutorial() -> Self {
        let seconds = (1..=15).map(|job| match job {
            1 => 2.5,
            _ => f64::from(job % 3) / 5.0 + 0.1,
        });
        Jobs::new(seconds.collect::<Vec<_>>())
    }
}

impl Program for Jobs {
    fn name(&self) -> String {
        format!("{} uneven jobs", self.seconds.len())
    }

    fn tasks(&self) -> &'static [&'static str] {
        &NAMES[..self.seconds.len()]
    }

    fn variables(&self) -> usize {
        self.seconds.len()
    }

    fn nodes(&self, _: u64) -> Box<dyn Iterator<Item = Node> + '_> {
        let jobs = self.seconds.iter().enumerate();
        Box::new(jobs.map(|(job, &seconds)| Node {
            task: job,
            seconds,
            reads: Vec::new(),
            writes: job as u32,
            in_place: false,
            bytes: self.bytes,
            priority: 0,
        }))
    }
}
