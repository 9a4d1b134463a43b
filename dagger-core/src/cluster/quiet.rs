//! How quiet a worker is, for finding out that all are.

use crate::cluster::node::Node;
use crate::sync::statics::Ordering;

/// What a worker says when it is asked whether it is quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quiet {
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) busy: bool,
}

impl Node {
    /// How quiet this worker is.
    pub(super) fn quiet(&self) -> Quiet {
        // Acquire pairs with the Release in `ended`.
        let busy = self.outstanding.load(Ordering::Acquire) != 0 || self.home().is_busy();
        // relaxed: rounds of questions are compared, see `serve`.
        Quiet {
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            // relaxed: what is added later is sent, and counted, later.
            busy: busy || self.dirty.load(Ordering::Relaxed),
        }
    }
}
