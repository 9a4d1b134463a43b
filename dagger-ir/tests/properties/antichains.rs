//! The largest antichain against all sets of nodes.

use dagger_ir::Graph;
use dagger_ir::antichain::largest_antichain;
use dagger_ir::level::levels;
use dagger_ir::{Edge, EdgeKind, Node, NodeKind};
use proptest::prelude::*;

use crate::random::{forward_graph, reachable};

proptest! {
    #[test]
    fn nothing_larger_is_independent(graph in forward_graph(13)) {
        let reach = reachable(&graph);
        let independent = |set: &[usize]| set.iter().all(|&a| set.iter().all(|&b| !reach[a].contains(&(b as u32))));
        let found = largest_antichain(&graph);
        prop_assert!(independent(&found), "{:?}", found);
        let best = (0..1_u32 << graph.len())
            .filter(|set| set.count_ones() as usize > found.len())
            .map(|set| (0..graph.len()).filter(|&node| set >> node & 1 == 1).collect::<Vec<_>>())
            .find(|set| independent(set));
        prop_assert_eq!(best, None);
    }

    #[test]
    fn it_is_at_least_as_large_as_a_level(graph in forward_graph(60)) {
        let width = levels(&graph).iter().map(Vec::len).max().unwrap();
        let found = largest_antichain(&graph);
        prop_assert!(found.len() >= width);
        let nodes = vec![Node::new("t", "", NodeKind::Task, 1, 1); graph.len()];
        let edges = graph.edges().map(|(from, to)| Edge::new(from, to, EdgeKind::Flow, "")).collect();
        let graph = Graph::owned("", "", nodes, edges);
        prop_assert_eq!(graph.max_parallelism(), found.len());
        prop_assert_eq!(graph.width(), width);
    }
}
