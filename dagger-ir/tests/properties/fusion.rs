//! Fusing keeps every order, makes no cycle, and leaves no chain behind.

use std::collections::BTreeSet;

use dagger_ir::fuse::fuse_by;
use dagger_ir::{Adjacency, Plan, fuse, upward_ranks};
use proptest::prelude::*;

use crate::random::{forward_graph, reachable};

fn units_of(plan: &Plan, nodes: usize) -> Vec<usize> {
    let mut unit_of = vec![usize::MAX; nodes];
    for (unit, members) in plan.units.iter().enumerate() {
        for &node in members {
            assert_eq!(
                unit_of[node as usize],
                usize::MAX,
                "node {node} is in two units"
            );
            unit_of[node as usize] = unit;
        }
    }
    assert!(!unit_of.contains(&usize::MAX), "a node is in no unit");
    unit_of
}

fn between(plan: &Plan) -> Adjacency {
    let edges = (0..plan.len()).flat_map(|unit| {
        plan.successors_of(unit)
            .iter()
            .map(move |&to| (unit as u32, to))
    });
    Adjacency::new(plan.len(), edges)
}

proptest! {
    #[test]
    fn units_keep_the_order_of_nodes(
        graph in forward_graph(30),
        pinned in prop::collection::vec(prop::bool::weighted(0.2), 30),
    ) {
        let plan = fuse(&graph, |node| !pinned[node]);
        let unit_of = units_of(&plan, graph.len());
        let units = between(&plan);
        prop_assert!(units.is_forward(), "unit order is not topological");
        prop_assert!(plan.units.windows(2).all(|pair| pair[0][0] < pair[1][0]));

        let by_node = reachable(&graph);
        let by_unit = reachable(&units);
        for from in 0..graph.len() {
            for to in 0..graph.len() {
                let fused = if unit_of[from] == unit_of[to] {
                    from < to
                } else {
                    by_unit[unit_of[from]].contains(&(unit_of[to] as u32))
                };
                prop_assert_eq!(by_node[from].contains(&(to as u32)), fused, "{} before {}", from, to);
            }
        }
        for members in &plan.units {
            prop_assert!(members.len() == 1 || members.iter().all(|&node| !pinned[node as usize]));
        }
        // Nothing that could be fused was left apart.
        for (from, to) in graph.edges() {
            let chain = graph.successors(from as usize).len() == 1 && graph.predecessors(to as usize).len() == 1;
            let free = !pinned[from as usize] && !pinned[to as usize];
            prop_assert_eq!(chain && free, unit_of[from as usize] == unit_of[to as usize]);
        }
    }

    #[test]
    fn tables_agree(graph in forward_graph(30), priorities in prop::collection::vec(0..2_i32, 30)) {
        let plan = fuse_by(&graph, |_| true, |node| priorities[node], |node| node as f64);
        let units = between(&plan);
        prop_assert_eq!(plan.successor_starts.len(), plan.len() + 1);
        prop_assert_eq!(*plan.successor_starts.last().unwrap() as usize, plan.successors.len());
        let ranks = upward_ranks(&units, |unit| plan.units[unit].iter().map(|&node| f64::from(node)).sum());
        let urgency = |unit: u32| (priorities[plan.units[unit as usize][0] as usize], ranks[unit as usize]);
        for unit in 0..plan.len() {
            prop_assert_eq!(plan.joins[unit] as usize, units.predecessors(unit).len());
            prop_assert!(plan.successors_of(unit).windows(2).all(|pair| urgency(pair[0]) >= urgency(pair[1])));
        }
        prop_assert!(plan.sources.windows(2).all(|pair| urgency(pair[0]) >= urgency(pair[1])));
        let sources: BTreeSet<u32> = plan.sources.iter().copied().collect();
        let expected = (0..plan.len() as u32).filter(|&unit| plan.joins[unit as usize] == 0).collect();
        prop_assert_eq!(sources, expected);
    }
}
