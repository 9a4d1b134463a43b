//! One run of a graph that somebody observes.

use crate::error::Error;
use crate::observe::{self, GraphId, GraphRef, Outcome, TaskRef};
use dagger_ir::Graph;

/// A run of a static graph that is reported to the observers.
#[derive(Debug)]
pub(crate) struct Watch {
    graph: &'static Graph,
    run: GraphId,
    /// The id of node 0; the others follow.
    first: u64,
}

impl Watch {
    /// Reports that a run of `graph` begins, if anybody observes.
    #[inline]
    pub(crate) fn begin(graph: &'static Graph) -> Option<Watch> {
        if !observe::enabled() {
            return None;
        }
        Some(Self::begin_observed(graph))
    }

    #[cold]
    fn begin_observed(graph: &'static Graph) -> Watch {
        let run = observe::graph_begin(graph_ref(graph, Some(graph.nodes().len() as u64)));
        let first = observe::next_ids(graph.nodes().len() as u64);
        for edge in graph.edges() {
            observe::dependency(first + u64::from(edge.from), first + u64::from(edge.to));
        }
        Watch { graph, run, first }
    }

    /// Reports that node `node` starts on this thread.
    #[cold]
    pub(crate) fn node_begins(&self, node: u32) {
        observe::task_begin(task_ref(
            self.graph,
            node,
            self.first + u64::from(node),
            self.run,
        ));
    }

    /// Reports that node `node` has ended on this thread.
    #[cold]
    pub(crate) fn node_ends(&self, node: u32, failure: Option<&Error>) {
        observe::task_end(self.first + u64::from(node), outcome(failure));
    }

    /// Reports that the run has ended.
    pub(crate) fn end(self) {
        observe::graph_end(self.run);
    }
}

/// What the observers are told about a graph.
pub(crate) fn graph_ref(graph: &'static Graph, size: Option<u64>) -> GraphRef {
    GraphRef {
        name: &graph.name,
        file: &graph.file,
        line: graph.nodes().first().map_or(0, |node| node.line),
        size,
    }
}

/// What the observers are told about node `node` of a graph.
pub(crate) fn task_ref(graph: &'static Graph, node: u32, id: u64, run: GraphId) -> TaskRef {
    let written = graph.nodes().get(node as usize);
    TaskRef {
        id,
        name: written.map_or("", |node| &node.name),
        file: &graph.file,
        line: written.map_or(0, |node| node.line),
        graph: run,
    }
}

/// How a node ended, in the observers' terms.
pub(crate) fn outcome(failure: Option<&Error>) -> Outcome {
    match failure {
        None => Outcome::Done,
        Some(error) if error.is_panic() => Outcome::Panicked,
        Some(error) if error.is_cancelled() => Outcome::Cancelled,
        Some(_) => Outcome::Failed,
    }
}
