//! Random graphs and programs, and the slow answers to compare with.

use std::collections::BTreeSet;

use dagger_ir::{Access, Adjacency, Edge, EdgeKind, Graph, Mode, Node, NodeKind, Place};
use proptest::prelude::*;

/// What one node of a random program does.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) accesses: Vec<Access>,
    pub(crate) defines: Vec<u32>,
}

/// Variables a random program uses. Few, so that accesses meet.
pub(crate) const VARIABLES: u32 = 4;

fn place() -> impl Strategy<Value = Place> {
    let path = prop_oneof![
        3 => Just(vec![]),
        2 => prop::sample::select(vec![vec!["l"], vec!["r"]]),
        1 => prop::sample::select(vec![vec!["l", "x"], vec!["l", "y"], vec!["r", "x"]]),
    ];
    (0..VARIABLES, path).prop_map(|(root, path)| Place {
        root,
        path: path.into_iter().map(Into::into).collect(),
    })
}

fn access() -> impl Strategy<Value = Access> {
    let mode = prop_oneof![4 => Just(Mode::Read), 2 => Just(Mode::Write), 1 => Just(Mode::Consume)];
    let origin = prop_oneof![3 => Just(None), 2 => (0..3_u32).prop_map(Some)];
    (place(), mode, origin).prop_map(|(place, mode, origin)| Access {
        place,
        mode,
        origin,
    })
}

/// Programs of up to `steps` nodes.
///
/// Origins are drawn freely, also where no borrow checker would allow them: the rule has to hold for any.
pub(crate) fn program(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let defines = prop_oneof![5 => Just(vec![]), 1 => (0..VARIABLES).prop_map(|v| vec![v])];
    let step = (prop::collection::vec(access(), 0..4), defines)
        .prop_map(|(accesses, defines)| Step { accesses, defines });
    prop::collection::vec(step, 0..steps)
}

/// Edges that go forward among up to `nodes` nodes, sparse or dense.
pub(crate) fn forward_graph(nodes: usize) -> impl Strategy<Value = Adjacency> {
    (1..nodes, 0.0..1.0_f64).prop_flat_map(|(len, density)| {
        let pairs = len * (len - 1) / 2;
        prop::collection::vec(prop::bool::weighted(density * density), pairs).prop_map(
            move |present| {
                let all = (0..len as u32).flat_map(|to| (0..to).map(move |from| (from, to)));
                Adjacency::new(
                    len,
                    all.zip(present)
                        .filter(|(_, present)| *present)
                        .map(|(edge, _)| edge),
                )
            },
        )
    })
}

/// Any edges at all, loops included.
pub(crate) fn any_graph(nodes: usize) -> impl Strategy<Value = Adjacency> {
    (1..nodes).prop_flat_map(|len| {
        prop::collection::vec((0..len as u32, 0..len as u32), 0..2 * len)
            .prop_map(move |edges| Adjacency::new(len, edges))
    })
}

/// A graph whose names hold everything that could break a file format.
pub(crate) fn graph(nodes: usize) -> impl Strategy<Value = Graph> {
    let text = || {
        prop_oneof![
            Just(String::new()),
            "[a-z<>&\"'\\\\\n\u{1}é→数]{0,40}",
            "[a-z_]{1,12}"
        ]
    };
    let kind = prop::sample::select(vec![
        NodeKind::Task,
        NodeKind::Expression,
        NodeKind::Branch,
        NodeKind::Loop,
    ]);
    let node = (text(), text(), kind, 0..900_u32, -1..3_i32, text()).prop_map(
        |(name, binding, kind, line, priority, scope)| {
            Node::owned(name, binding, kind, line, 1)
                .with_priority(priority)
                .with_scope(scope)
        },
    );
    (prop::collection::vec(node, 0..nodes), text(), text()).prop_flat_map(
        move |(nodes, name, file)| {
            let len = nodes.len() as u32;
            let kind = prop::sample::select(vec![
                EdgeKind::Flow,
                EdgeKind::Output,
                EdgeKind::Anti,
                EdgeKind::Control,
            ]);
            // Some edges go back or out of the graph: pictures must pass over them.
            let edge = (0..len + 2, 0..len + 2, kind, text())
                .prop_map(|(from, to, kind, value)| Edge::owned(from, to, kind, value));
            prop::collection::vec(edge, 0..3 * nodes.len() + 1).prop_map(move |edges| {
                Graph::owned(name.clone(), file.clone(), nodes.clone(), edges)
            })
        },
    )
}

/// For every node the nodes it leads to, itself left out unless it lies on a cycle.
pub(crate) fn reachable(graph: &Adjacency) -> Vec<BTreeSet<u32>> {
    (0..graph.len())
        .map(|start| {
            let mut seen = BTreeSet::new();
            let mut stack = vec![start as u32];
            while let Some(node) = stack.pop() {
                for &next in graph.successors(node as usize) {
                    if seen.insert(next) {
                        stack.push(next);
                    }
                }
            }
            seen
        })
        .collect()
}
