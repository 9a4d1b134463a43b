//! Graphs in dagrs, on tokio.
//!
//! dagrs nodes are tokio tasks joined by channels. A graph can run again after `reset`, which makes all its
//! channels anew; the questions time the run alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dagrs::async_trait::async_trait;
use dagrs::{
    Action, Content, DefaultNode, EnvVar, Graph, InChannels, Node, NodeTable, OutChannels, Output,
};

use super::tokio_pool;
use crate::harness::{Batch, Failure};

/// What a node does with the sum of its inputs, or with zero where it has none.
pub type Function = fn(u64) -> u64;

struct Apply(Function);

#[async_trait]
impl Action for Apply {
    async fn run(
        &self,
        inputs: &mut InChannels,
        outputs: &mut OutChannels,
        _: Arc<EnvVar>,
    ) -> Output {
        let values = inputs
            .map(|content| content.ok()?.into_inner::<u64>())
            .await;
        let value = (self.0)(values.into_iter().flatten().map(|value| *value).sum());
        outputs.broadcast(Content::new(value)).await;
        Output::new(value)
    }
}

/// A graph of functions. Its last node's value is its answer.
pub struct DagrsGraph {
    /// Taken while it runs.
    graph: Option<Graph>,
    last: dagrs::NodeId,
}

impl DagrsGraph {
    /// The graph of these functions, with edges from node to node.
    ///
    /// # Panics
    /// If there are no functions, or an edge joins nodes that are not there.
    pub fn new(functions: &[Function], edges: &[(usize, usize)]) -> DagrsGraph {
        let mut table = NodeTable::default();
        let mut graph = Graph::new();
        let mut ids = Vec::new();
        for (index, &function) in functions.iter().enumerate() {
            let node =
                DefaultNode::with_action(format!("node {index}"), Apply(function), &mut table);
            ids.push(node.id());
            graph.add_node(node).expect("the names differ");
        }
        for &(from, to) in edges {
            graph
                .add_edge(ids[from], [ids[to]])
                .expect("the nodes are there");
        }
        graph.set_env(EnvVar::new(table));
        DagrsGraph {
            graph: Some(graph),
            last: *ids.last().expect("a graph has nodes"),
        }
    }

    /// Runs it as often as `batch` says; `reset` is not timed.
    ///
    /// # Errors
    /// [`Failure::Broken`] with dagrs' own error, [`Failure::Wrong`] where the last node's value is not `expected`.
    pub fn sample(
        &mut self,
        threads: usize,
        batch: Batch,
        expected: u64,
    ) -> Result<Duration, Failure> {
        let mut graph = self
            .graph
            .take()
            .ok_or(Failure::Broken("an earlier run failed".into()))?;
        let (graph, elapsed) = tokio_pool::run(threads, async move {
            let mut elapsed = Duration::ZERO;
            for run in 0..batch.total() {
                graph.reset().await?;
                let start = Instant::now();
                graph.async_start().await?;
                if run >= batch.warm {
                    elapsed += start.elapsed();
                }
            }
            Ok((graph, elapsed))
        })
        .map_err(|error: dagrs::DagrsError| Failure::Broken(error.to_string()))?;
        let answer = graph
            .get_results::<u64>()
            .get(&self.last)
            .cloned()
            .flatten();
        self.graph = Some(graph);
        match answer {
            Some(answer) if *answer == expected => Ok(elapsed),
            answer => Err(Failure::Wrong(format!(
                "answered {answer:?}, expected {expected}"
            ))),
        }
    }
}
