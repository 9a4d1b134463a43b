//! Graphs of ten thousand nodes and more: no recursion, nothing quadratic but bits.
//!
//! Limits are generous, as tests run unoptimised on busy machines; what they catch is
//! a change of the order of growth.

use std::time::{Duration, Instant};

use dagger_ir::{
    Access, Adjacency, EdgeKind, Graph, GraphBuilder, Hazards, Node, NodeKind, Place,
    topological_order,
};

const NODES: u32 = 10_000;

fn task() -> Node {
    Node::new("task", "", NodeKind::Task, 1, 1)
}

/// Fails when the work takes far longer than it should.
fn within<T>(seconds: u64, what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let taken = start.elapsed();
    assert!(
        taken < Duration::from_secs(seconds),
        "{what} took {taken:?}"
    );
    result
}

fn ask_everything(graph: &Graph) {
    within(60, "levels, width and paths", || {
        assert_eq!(graph.critical_path().len(), graph.depth());
        assert!(graph.width() <= graph.max_parallelism());
    });
    let svg = within(120, "svg", || graph.to_svg());
    assert_eq!(svg.matches("<g class=\"node ").count(), graph.len());
    within(60, "dot", || graph.to_dot());
}

fn everything(hazards: Hazards) {
    let nodes = hazards.nodes.len();
    let plan = within(60, "plan", || hazards.plan(|_| true));
    assert_eq!(plan.units.iter().map(Vec::len).sum::<usize>(), nodes);
    ask_everything(&hazards.into_graph("large", "large.rs"));
}

#[test]
fn a_long_chain() {
    let mut builder = GraphBuilder::new();
    let v = builder.variable("v");
    for _ in 0..NODES {
        builder.add_node(task(), vec![Access::write(Place::whole(v))], vec![]);
    }
    let hazards = within(60, "hazards", || builder.build());
    assert_eq!(hazards.reduced.len(), NODES as usize - 1);
    assert!(hazards.plan(|_| true).is_serial());
    everything(hazards);
}

#[test]
fn a_stencil() {
    let (width, steps) = (100, NODES / 100);
    let mut builder = GraphBuilder::new();
    let mut row: Vec<u32> = Vec::new();
    for step in 0..steps {
        let next: Vec<u32> = (0..width)
            .map(|i| builder.variable(format!("x{step}_{i}")))
            .collect();
        for (i, &made) in next.iter().enumerate() {
            let near = row
                .iter()
                .skip(i.saturating_sub(1))
                .take(if i == 0 { 2 } else { 3 });
            let accesses = near.map(|&v| Access::read(Place::whole(v))).collect();
            builder.add_node(task(), accesses, vec![made]);
        }
        row = next;
    }
    everything(within(60, "hazards", || builder.build()));
}

#[test]
fn many_readers_between_many_writers() {
    // Half of the nodes read a structure, then the other half write its two fields in turn.
    let mut builder = GraphBuilder::new();
    let v = builder.variable("v");
    within(60, "nodes", || {
        for i in 0..NODES {
            let access = match i {
                i if i < NODES / 2 => Access::read(Place::whole(v)),
                i => Access::write(Place::whole(v).field(if i % 2 == 0 { "l" } else { "r" })),
            };
            builder.add_node(task(), vec![access], vec![]);
        }
    });
    let hazards = within(60, "hazards", || builder.build());
    assert!(
        hazards.edges.len() < 3 * NODES as usize,
        "{} edges",
        hazards.edges.len()
    );
    everything(hazards);
}

#[test]
fn two_halves_of_a_split_used_in_turn() {
    let mut builder = GraphBuilder::new();
    let [v, l, r] = ["v", "l", "r"].map(|name| builder.variable(name));
    let split = builder.add_node(task(), vec![Access::write(Place::whole(v))], vec![l, r]);
    within(60, "nodes", || {
        for i in 0..NODES {
            let half = Access::write(Place::whole(if i % 2 == 0 { l } else { r }));
            let whole = Access::write(Place::whole(v)).through(split);
            builder.add_node(task(), vec![half, whole], vec![]);
        }
        for _ in 0..NODES / 10 {
            builder.add_node(task(), vec![Access::read(Place::whole(v))], vec![]);
        }
    });
    let hazards = within(60, "hazards", || builder.build());
    assert!(
        hazards.edges.len() < 6 * NODES as usize,
        "{} edges",
        hazards.edges.len()
    );
    everything(hazards);
}

#[test]
fn a_graph_without_shape() {
    let mut state = 1_u64;
    let mut next = |below: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    let mut builder = GraphBuilder::new();
    for i in 0..NODES {
        let accesses = (0..next(4).min(i))
            .map(|_| Access::read(Place::whole(next(i))))
            .collect();
        let made = builder.variable(format!("x{i}"));
        builder.add_node(task(), accesses, vec![made]);
    }
    everything(within(60, "hazards", || builder.build()));
}

#[test]
fn one_ring_of_all_nodes() {
    let ring = (0..NODES).map(|node| (node, (node + 1) % NODES));
    let cycle = within(60, "cycle", || {
        topological_order(&Adjacency::new(NODES as usize, ring)).unwrap_err()
    });
    assert!(cycle.nodes.into_iter().eq(0..NODES));
}

#[test]
fn a_ring_with_shortcuts() {
    // The witness is short though the first ring found is not.
    let edges =
        (0..NODES).flat_map(|node| [(node, (node + 1) % NODES), (node, (node + 17) % NODES)]);
    let edges = edges.chain([(9_000, 8_999)]);
    let graph = Adjacency::new(NODES as usize, edges);
    let cycle = within(60, "cycle", || topological_order(&graph).unwrap_err());
    for (i, &node) in cycle.nodes.iter().enumerate() {
        let next = cycle.nodes[(i + 1) % cycle.nodes.len()];
        assert!(graph.successors(node as usize).contains(&next));
    }
    assert!(
        cycle.nodes.len() < NODES as usize / 10,
        "{} nodes",
        cycle.nodes.len()
    );
}

#[test]
fn every_edge_there_can_be() {
    let nodes = vec![task(); 400];
    let all = (0..400).flat_map(|to| (0..to).map(move |from| (from, to)));
    let edges = all
        .map(|(from, to)| dagger_ir::Edge::new(from, to, EdgeKind::Flow, "x"))
        .collect();
    let graph = Graph::owned("dense", "", nodes, edges);
    let reduced = within(60, "reduction", || {
        dagger_ir::transitive_reduction(&graph.adjacency())
    });
    assert_eq!(reduced.len(), 399);
    ask_everything(&graph);
}
