//! Critical paths and levels against every path there is.

use dagger_ir::level::{level_numbers, levels};
use dagger_ir::{Adjacency, critical_path, upward_ranks};
use proptest::prelude::*;

use crate::random::forward_graph;

/// Every path from `node` to a sink.
fn paths_from(graph: &Adjacency, node: u32) -> Vec<Vec<u32>> {
    let mut paths = Vec::new();
    for &next in graph.successors(node as usize) {
        for rest in paths_from(graph, next) {
            paths.push([vec![node], rest].concat());
        }
    }
    if paths.is_empty() {
        vec![vec![node]]
    } else {
        paths
    }
}

proptest! {
    #[test]
    fn the_critical_path_is_the_costliest(graph in forward_graph(11), costs in prop::collection::vec(0..5_u8, 11)) {
        let cost = |node: usize| f64::from(costs[node]);
        let total = |path: &[u32]| path.iter().map(|&node| cost(node as usize)).sum::<f64>();
        let ranks = upward_ranks(&graph, cost);
        let mut best = 0.0_f64;
        for node in 0..graph.len() as u32 {
            let longest = paths_from(&graph, node).iter().map(|path| total(path)).fold(0.0, f64::max);
            prop_assert_eq!(ranks[node as usize], longest);
            best = best.max(longest);
        }
        let path = critical_path(&graph, cost);
        prop_assert_eq!(total(&path), best);
        prop_assert!(path.windows(2).all(|step| graph.successors(step[0] as usize).contains(&step[1])));
    }

    #[test]
    fn a_level_is_the_longest_way_from_a_source(graph in forward_graph(11)) {
        let reversed = Adjacency::new(graph.len(), graph.edges().map(|(from, to)| (to, from)));
        let numbers = level_numbers(&graph);
        for node in 0..graph.len() as u32 {
            let longest = paths_from(&reversed, node).iter().map(Vec::len).max().unwrap();
            prop_assert_eq!(numbers[node as usize] as usize, longest - 1);
        }
        let levels = levels(&graph);
        for (level, members) in levels.iter().enumerate() {
            prop_assert!(members.iter().all(|&node| numbers[node] as usize == level));
        }
        prop_assert_eq!(levels.iter().map(Vec::len).sum::<usize>(), graph.len());
        prop_assert_eq!(critical_path(&graph, |_| 1.0).len(), levels.len());
    }
}
