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
        let mut sequences = self.driver.sequences.borrow_mut();
        let mut reported: Vec<u64> = after
            .iter()
            .filter(|earlier| **earlier != node)
            .filter_map(|earlier| sequences.get(earlier).copied())
            .collect();
        reported.sort_unstable();
        reported.dedup();
        for earlier in reported {
            observe::dependency(id_of(run, earlier), id_of(run, here));
        }
        sequences.insert(node, here);
    }
}

/// An id for the observers: unfolding graphs number their nodes in a space of their own.
fn id_of(run: GraphId, sequence: u64) -> u64 {
    (1 << 63) | (run.get() << 40) | (sequence & ((1 << 40) - 1))
}
