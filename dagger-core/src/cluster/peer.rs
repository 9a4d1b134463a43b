//! The other workers' threads as processors that a placement chooses from.

use crate::scope::{Place, Scope, Unit};
use crate::seam::Processor;
use std::fmt;

/// The threads of one worker, this one included, as one processor with as many slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) worker: usize,
    pub(crate) threads: usize,
}

impl Peer {
    /// Whether any thread of the worker is inside the scope of a task that worker `here` spawns.
    pub(crate) fn satisfies(&self, scope: &Scope, here: usize) -> bool {
        (0..self.threads).any(|thread| {
            let place = Place {
                worker: self.worker,
                unit: Unit::Thread(thread),
            };
            scope.contains(place, here)
        })
    }
}

impl Processor for Peer {
    fn place(&self) -> Place {
        Place {
            worker: self.worker,
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

/// All workers and their threads, as an error lists them: `workers 0 to 2, threads 0 to 1 each`.
pub(crate) struct Listed<'a>(pub(crate) &'a [Peer]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = self
            .0
            .windows(2)
            .all(|pair| pair[0].threads == pair[1].threads);
        let threads = |threads: usize| match threads {
            1 => "thread 0".to_owned(),
            n => format!("threads 0 to {}", n - 1),
        };
        match self.0 {
            [] => f.write_str("none"),
            [only] => write!(f, "worker {} {}", only.worker, threads(only.threads)),
            [first, .., last] if same => {
                write!(
                    f,
                    "workers {} to {}, each with {}",
                    first.worker,
                    last.worker,
                    threads(first.threads)
                )
            }
            all => {
                for (index, peer) in all.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}worker {} {}", peer.worker, threads(peer.threads))?;
                }
                Ok(())
            }
        }
    }
}
