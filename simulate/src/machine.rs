//! The ranks of a simulated run.

use dagger_core::seam::Processor;
use dagger_core::{Place, Unit};

/// Ranks, their speed, and what connects them.
#[derive(Clone, Debug)]
pub struct Machine {
    /// How many ranks. Rank 0 also has the driver, on a thread of its own.
    pub ranks: usize,
    /// Threads a rank.
    pub threads: usize,
    /// Ranks that are slower, and how many times.
    pub slow: Vec<(usize, f64)>,
    /// Seconds from rank to rank for a message without bytes.
    pub latency: f64,
    /// Bytes a second through each rank's network interface, each way.
    pub bandwidth: f64,
    /// How the driver's own work passes.
    pub driver: DriverCost,
    /// Seed of everything that is by chance.
    pub seed: u64,
}

/// How long the driver's own work takes in the simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DriverCost {
    /// As long as it does take.
    Measured,
    /// So many seconds a node, and as many a report: the same in every run.
    Fixed(f64),
}

impl Machine {
    /// Equal ranks of two threads with 2 µs latency and 10 GB/s, as in a cluster of today.
    pub fn new(ranks: usize) -> Self {
        Machine {
            ranks,
            threads: 2,
            slow: Vec::new(),
            latency: 2e-6,
            bandwidth: 10e9,
            driver: DriverCost::Measured,
            seed: 1,
        }
    }

    /// So many threads a rank instead.
    pub fn threads(self, threads: usize) -> Self {
        Machine { threads, ..self }
    }

    /// One rank is so many times slower.
    pub fn slow(mut self, rank: usize, factor: f64) -> Self {
        self.slow.push((rank, factor));
        self
    }

    /// The driver's work takes this instead of being measured: runs repeat exactly.
    pub fn driver(self, driver: DriverCost) -> Self {
        Machine { driver, ..self }
    }

    /// What times on a rank are multiplied by.
    pub fn slowness(&self, rank: usize) -> f64 {
        let slow = self.slow.iter().find(|(slow, _)| *slow == rank);
        slow.map_or(1.0, |(_, factor)| *factor)
    }

    /// Seconds of work that all threads do in a second, at ordinary speed.
    pub fn power(&self) -> f64 {
        let ranks = (0..self.ranks).map(|rank| 1.0 / self.slowness(rank));
        ranks.sum::<f64>() * self.threads as f64
    }
}

/// A rank's pool of threads, as the placement sees it.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) rank: usize,
    pub(crate) threads: usize,
}

impl Processor for Pool {
    fn place(&self) -> Place {
        Place {
            worker: self.rank,
            unit: Unit::Thread(0),
        }
    }

    fn class(&self) -> &str {
        "cpu"
    }

    fn thread(&self) -> Option<usize> {
        None
    }

    fn slots(&self) -> usize {
        self.threads
    }
}
