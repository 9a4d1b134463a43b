//! The frontier finds the same order as comparing every pair of accesses.

use dagger_ir::{
    Access, Adjacency, Edge, EdgeKind, GraphBuilder, Hazards, Mode, Node, NodeKind, Place,
};
use proptest::prelude::*;

use crate::random::{self, Step, VARIABLES};

fn build(program: &[Step]) -> Hazards {
    let mut builder = GraphBuilder::new();
    for variable in 0..VARIABLES {
        assert_eq!(builder.variable(format!("v{variable}")), variable);
    }
    for (i, step) in program.iter().enumerate() {
        let node = Node::owned(format!("n{i}"), "", NodeKind::Task, i as u32 + 1, 1);
        assert_eq!(
            builder.add_node(node, step.accesses.clone(), step.defines.clone()),
            i as u32
        );
    }
    builder.build()
}

/// All a step does, in order: a definition is a write to the whole variable.
fn effects(step: &Step) -> Vec<Access> {
    let definitions = step
        .defines
        .iter()
        .map(|&variable| Access::write(Place::whole(variable)));
    step.accesses.iter().cloned().chain(definitions).collect()
}

/// Every pair of steps with conflicting accesses, and the kinds and variables of the conflicts.
fn all_pairs(program: &[Step]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (to, later) in program.iter().enumerate() {
        for (from, earlier) in program[..to].iter().enumerate() {
            for a in effects(earlier) {
                for b in effects(later).iter().filter(|b| a.conflicts(b)) {
                    let kind = match (a.mode, b.mode) {
                        (Mode::Read, _) => EdgeKind::Anti,
                        (_, Mode::Write) => EdgeKind::Output,
                        _ => EdgeKind::Flow,
                    };
                    edges.push(Edge::owned(
                        from as u32,
                        to as u32,
                        kind,
                        format!("v{}", a.place.root),
                    ));
                }
            }
        }
    }
    edges
}

fn order(len: usize, edges: &[Edge]) -> Vec<std::collections::BTreeSet<u32>> {
    random::reachable(&Adjacency::forward(len, edges.iter().map(Edge::pair)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn frontier_equals_all_pairs(program in random::program(24)) {
        let hazards = build(&program);
        let oracle = all_pairs(&program);
        let expected = order(program.len(), &oracle);
        prop_assert_eq!(&order(program.len(), &hazards.edges), &expected);
        prop_assert_eq!(&order(program.len(), &hazards.reduced), &expected);
        for edge in &hazards.edges {
            prop_assert!(oracle.contains(edge), "{:?} is no conflict", edge);
        }
        for edge in &hazards.reduced {
            prop_assert!(hazards.edges.contains(edge));
        }
    }

    #[test]
    fn each_pair_has_one_reduced_edge_and_one_edge_a_variable(program in random::program(24)) {
        let hazards = build(&program);
        let mut pairs: Vec<_> = hazards.reduced.iter().map(Edge::pair).collect();
        pairs.sort_unstable();
        pairs.dedup();
        prop_assert_eq!(pairs.len(), hazards.reduced.len());
        let mut causes: Vec<_> = hazards.edges.iter().map(|e| (e.pair(), e.value.clone())).collect();
        causes.sort();
        causes.dedup();
        prop_assert_eq!(causes.len(), hazards.edges.len());
    }
}
