//! What the observers are told of the nodes of a window.

use super::{NodeRef, Window};
use crate::lowered::task_ref;
use crate::observe::{self, GraphId};

impl Window {
    #[cold]
    pub(super) fn report_begin(&self, sequence: u64, statement: u32, run: GraphId) -> u64 {
        let id = id_of(run, sequence);
        observe::task_begin(task_ref(self.site.graph(), statement, id, run));
        id
    }

    #[cold]
    pub(super) fn report_edges(&self, after: &[NodeRef], node: NodeRef) {
        let Some(run) = self.run else { return };
        let here = self.driver.next_sequence.get() - 1;
        observe::spawned(id_of(run, here), run);
        let mut reported: Vec<NodeRef> = after.to_vec();
        reported.sort_unstable_by_key(|earlier| earlier.stamp);
        reported.dedup();
        for earlier in reported.into_iter().filter(|earlier| *earlier != node) {
            observe::dependency(id_of(run, u64::from(earlier.stamp)), id_of(run, here));
        }
    }
}

/// An id for the observers: unfolding graphs number their nodes in a space of their own.
fn id_of(run: GraphId, sequence: u64) -> u64 {
    (1 << 63) | (run.get() << 40) | (sequence & ((1 << 40) - 1))
}
