//! The transitive reduction keeps every order with as few edges as can be.

use dagger_ir::{Adjacency, transitive_reduction};
use proptest::prelude::*;

use crate::random::{forward_graph, reachable};

proptest! {
    #[test]
    fn keeps_reachability_and_is_minimal(graph in forward_graph(40)) {
        let kept = transitive_reduction(&graph);
        let reduced = Adjacency::new(graph.len(), kept.iter().copied());
        prop_assert_eq!(reachable(&reduced), reachable(&graph));
        for edge in &kept {
            prop_assert!(graph.successors(edge.0 as usize).contains(&edge.1));
            let without = Adjacency::new(graph.len(), kept.iter().copied().filter(|other| other != edge));
            prop_assert_ne!(reachable(&without), reachable(&graph), "{:?} is not needed", edge);
        }
    }

    #[test]
    fn reducing_twice_changes_nothing(graph in forward_graph(40)) {
        let once = transitive_reduction(&graph);
        prop_assert_eq!(&transitive_reduction(&Adjacency::new(graph.len(), once.iter().copied())), &once);
    }
}
