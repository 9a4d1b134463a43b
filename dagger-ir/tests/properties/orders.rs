//! A topological order is one, and a cycle is one.

use std::collections::BTreeSet;

use dagger_ir::{Adjacency, Definition, early_uses, topological_order};
use proptest::prelude::*;

use crate::random::{any_graph, forward_graph, reachable};

/// The length of the shortest cycle, by asking every node for its way back.
fn girth(graph: &Adjacency) -> Option<usize> {
    (0..graph.len() as u32)
        .filter_map(|start| {
            let mut ring = BTreeSet::from([start]);
            for length in 1..=graph.len() {
                ring = ring
                    .iter()
                    .flat_map(|&node| graph.successors(node as usize).iter().copied())
                    .collect();
                if ring.contains(&start) {
                    return Some(length);
                }
            }
            None
        })
        .min()
}

proptest! {
    #[test]
    fn any_graph_has_an_order_or_a_shortest_cycle(graph in any_graph(16)) {
        match topological_order(&graph) {
            Ok(order) => {
                prop_assert_eq!(girth(&graph), None);
                let mut sorted = order.clone();
                sorted.sort_unstable();
                prop_assert!(sorted.iter().copied().eq(0..graph.len() as u32));
                let place = |node: u32| order.iter().position(|&other| other == node);
                for (from, to) in graph.edges() {
                    prop_assert!(place(from) < place(to));
                }
            }
            Err(cycle) => {
                let ring = &cycle.nodes;
                prop_assert_eq!(Some(ring.len()), girth(&graph));
                for (i, &node) in ring.iter().enumerate() {
                    let next = ring[(i + 1) % ring.len()];
                    prop_assert!(graph.successors(node as usize).contains(&next), "no edge {} → {}", node, next);
                }
                prop_assert_eq!(ring.iter().min(), ring.first());
                prop_assert_eq!(ring.iter().collect::<BTreeSet<_>>().len(), ring.len());
            }
        }
    }

    #[test]
    fn program_order_is_kept_where_it_can_be(graph in forward_graph(30)) {
        prop_assert!(topological_order(&graph).unwrap().into_iter().eq(0..graph.len() as u32));
    }

    #[test]
    fn early_uses_are_early_and_their_rings_close(
        uses in prop::collection::vec(prop::collection::vec(0..8_usize, 0..3), 8)
    ) {
        const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let definitions: Vec<_> = uses
            .iter()
            .zip(NAMES)
            .map(|(uses, name)| Definition { names: vec![name], uses: uses.iter().map(|&i| NAMES[i]).collect() })
            .collect();
        let graph = Adjacency::new(8, uses.iter().enumerate().flat_map(|(user, used)| {
            used.iter().map(move |&d| (d as u32, user as u32))
        }));
        let reach = reachable(&graph);
        let early = early_uses(&definitions);
        for use_ in &early {
            prop_assert!(use_.defined_at >= use_.user);
            prop_assert_eq!(uses[use_.user][use_.position], use_.defined_at);
            // A ring is shown exactly where no order of the lines would do.
            prop_assert_eq!(use_.cycle.is_some(), reach[use_.user].contains(&(use_.defined_at as u32))
                || use_.user == use_.defined_at);
            if let Some(cycle) = &use_.cycle {
                for (i, &node) in cycle.nodes.iter().enumerate() {
                    let next = cycle.nodes[(i + 1) % cycle.nodes.len()];
                    prop_assert!(graph.successors(node as usize).contains(&next));
                }
            }
        }
        let expected = uses.iter().enumerate().any(|(user, used)| used.iter().any(|&d| d >= user));
        prop_assert_eq!(!early.is_empty(), expected);
    }
}
