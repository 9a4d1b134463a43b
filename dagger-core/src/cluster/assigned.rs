//! What a worker knows of a task that a placement has given to it: who hears of its end, and how long it runs.

use crate::cluster::moving::HandOn;
use crate::cluster::node::Node;
use crate::dynamic::SpawnSite;
use crate::error::Error;
use crate::sync::statics::{AtomicU64, Ordering};
use std::fmt;
use std::time::Instant;

/// The cluster's part of a task that was given to this worker.
pub(crate) struct Assigned {
    pub(super) node: &'static Node,
    pub(super) id: u64,
    /// The worker that spawned it.
    pub(super) spawner: u32,
    pub(super) site: &'static SpawnSite,
    /// What the spawner's placement hears again.
    pub(super) index: u32,
    pub(super) input_bytes: u64,
    /// Sends it on to an idle worker; `None` if it must stay.
    pub(super) hand_on: Option<HandOn>,
    /// Nanoseconds it ran; [`NEVER`] before.
    nanos: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Assigned {
    pub(super) fn new(
        node: &'static Node,
        id: u64,
        spawner: u32,
        site: &'static SpawnSite,
        index: u32,
        input_bytes: u64,
    ) -> Self {
        Assigned {
            node,
            id,
            spawner,
            site,
            index,
            input_bytes,
            hand_on: None,
            nanos: AtomicU64::new(NEVER),
        }
    }

    /// The same for a task that an idle worker may take.
    pub(super) fn movable(self, hand_on: Option<HandOn>) -> Self {
        Assigned { hand_on, ..self }
    }

    /// Runs `f`, which is the task, and notes how long it took.
    pub(crate) fn timed<R>(&self, f: impl FnOnce() -> R) -> R {
        let begin = Instant::now();
        let result = f();
        let nanos = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(NEVER - 1);
        // relaxed: read by the same thread, in `ended`.
        self.nanos.store(nanos, Ordering::Relaxed);
        result
    }

    /// The task has ended, with this error if not well. Its value, if others know of it, is in the store.
    pub(crate) fn ended(&self, error: Option<Error>) {
        self.node.ended(self, error);
    }

    /// How long it ran, if it did.
    pub(super) fn seconds(&self) -> Option<f64> {
        // relaxed: as in `timed`.
        let nanos = self.nanos.load(Ordering::Relaxed);
        (nanos != NEVER).then_some(nanos as f64 * 1e-9)
    }
}

impl fmt::Debug for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assigned({:x} by worker {})", self.id, self.spawner)
    }
}
