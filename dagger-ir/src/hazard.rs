//! From accesses in program order to edges.
//!
//! Two accesses that [conflict](Access::conflicts) must keep their order, so the
//! node of the later one waits for the node of the earlier one. Writing out all
//! such pairs is quadratic; here each new access is compared only with the
//! *frontier* of its place: the accesses that no later one stands in for. The
//! edges found have the same transitive closure as all pairs would.
//!
//! # The frontier
//!
//! Every place that was ever named has one; it also holds what was done to the
//! larger places around it. A write to all of a place waits for the frontier and
//! replaces it, since whoever conflicts with what was replaced conflicts with
//! the write too. The exception is a write through a borrow: it does not order
//! the accesses of its own origin, so what it replaces stays for those
//! (`Group::only`). An access also replaces one of the same sort and origin whose
//! node it waits for anyway, which keeps frontiers short.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::access::{Access, Mode, Place};
use crate::adjacency::Adjacency;
use crate::fuse::{Plan, fuse_by};
use crate::graph::{Edge, EdgeKind, Graph, Node};
use crate::reduce::transitive_reduction;

/// Collects nodes in program order and derives the edges between them.
///
/// ```
/// use dagger_ir::{Access, EdgeKind, GraphBuilder, Node, NodeKind, Place};
///
/// let task = |name, line| Node::new(name, "", NodeKind::Task, line, 1);
/// let mut builder = GraphBuilder::new();
/// let v = builder.variable("v");
/// let make = builder.add_node(task("make", 1), vec![], vec![v]);
/// let sum = builder.add_node(task("sum", 2), vec![Access::read(Place::whole(v))], vec![]);
/// let sort = builder.add_node(task("sort", 3), vec![Access::write(Place::whole(v))], vec![]);
///
/// let hazards = builder.build();
/// let why: Vec<_> = hazards.reduced.iter().map(|e| (e.from, e.to, e.kind)).collect();
/// assert_eq!(why, [(make, sum, EdgeKind::Flow), (sum, sort, EdgeKind::Anti)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct GraphBuilder {
    variables: Vec<Cow<'static, str>>,
    places: BTreeMap<u32, Frontier>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// The nodes of a program and the order they must keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hazards {
    /// The nodes in program order.
    pub nodes: Vec<Node>,
    /// The edges, sorted by `(to, from)`, one for each variable that causes one between two nodes.
    ///
    /// They have the same transitive closure as the list of all conflicting pairs, and are mostly far fewer.
    pub edges: Vec<Edge>,
    /// The transitive reduction of [`edges`](Self::edges), one edge between two nodes: the most telling one.
    pub reduced: Vec<Edge>,
}

impl GraphBuilder {
    /// A builder without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new variable, whose name edges will show. Shadowing makes a new one.
    pub fn variable(&mut self, name: impl Into<Cow<'static, str>>) -> u32 {
        self.variables.push(name.into());
        self.variables.len() as u32 - 1
    }

    /// The next node in program order: what it does to places, and the variables it creates.
    ///
    /// Accesses of one node never conflict with each other. A definition counts as a write to the whole variable,
    /// so assigning to a variable anew waits for whoever still uses it.
    /// Returns the node's number.
    pub fn add_node(&mut self, node: Node, accesses: Vec<Access>, defines: Vec<u32>) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(node);
        let definitions = defines
            .into_iter()
            .map(|variable| Access::write(Place::whole(variable)));
        let accesses: Vec<Access> = accesses.into_iter().chain(definitions).collect();
        let found = self.edges.len();
        for access in &accesses {
            self.order_after_frontier(id, access);
        }
        let found = self.keep_strongest(found);

        // Only now may the frontiers learn of this node, or it would wait for itself.
        let mut before: Vec<u32> = self.edges[found..].iter().map(|edge| edge.from).collect();
        before.dedup();
        let (reads, writes): (Vec<_>, Vec<_>) = accesses
            .iter()
            .partition(|access| access.mode == Mode::Read);
        for access in reads.into_iter().chain(writes) {
            let entry = Entry {
                node: id,
                mode: access.mode,
                origin: access.origin,
                before: &before,
            };
            self.places
                .entry(access.place.root)
                .or_default()
                .descend(&access.place.path)
                .record(&entry);
        }
        id
    }

    /// An edge that no variable causes, such as the one `?` makes.
    ///
    /// # Panics
    /// Unless `from` is before `to` and both are nodes: the macro has numbered its nodes wrongly.
    pub fn add_edge(
        &mut self,
        from: u32,
        to: u32,
        kind: EdgeKind,
        value: impl Into<Cow<'static, str>>,
    ) {
        assert!(
            from < to && (to as usize) < self.nodes.len(),
            "edge {from} → {to} does not go forward"
        );
        self.edges.push(Edge {
            from,
            to,
            kind,
            value: value.into(),
        });
    }

    /// How many nodes there are so far; the next one's number.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes with their edges.
    pub fn build(self) -> Hazards {
        let Self {
            nodes, mut edges, ..
        } = self;
        edges.sort_by(|a, b| {
            (a.to, a.from, a.kind, &a.value).cmp(&(b.to, b.from, b.kind, &b.value))
        });
        edges.dedup();
        let adjacency = Adjacency::forward(nodes.len(), edges.iter().map(Edge::pair));
        let mut reduced: Vec<Edge> = transitive_reduction(&adjacency)
            .into_iter()
            .map(|(from, to)| {
                let first = edges.partition_point(|edge| (edge.to, edge.from) < (to, from));
                edges[first].clone()
            })
            .collect();
        reduced.sort_by_key(|edge| (edge.to, edge.from));
        Hazards {
            nodes,
            edges,
            reduced,
        }
    }

    /// Appends an edge from every frontier entry that conflicts with `access`.
    fn order_after_frontier(&mut self, node: u32, access: &Access) {
        let name = self
            .variables
            .get(access.place.root as usize)
            .cloned()
            .unwrap_or_default();
        let frontier = self
            .places
            .entry(access.place.root)
            .or_default()
            .descend(&access.place.path);
        let edges = &mut self.edges;
        frontier.for_each_part(&mut |part| {
            let from_writers = if access.mode == Mode::Write {
                EdgeKind::Output
            } else {
                EdgeKind::Flow
            };
            let readers: &[Group] = if access.mode.is_exclusive() {
                &part.readers
            } else {
                &[]
            };
            for (groups, kind) in [(&part.writers[..], from_writers), (readers, EdgeKind::Anti)] {
                for group in groups.iter().filter(|group| group.orders(access.origin)) {
                    edges.extend(group.nodes.iter().map(|&from| Edge {
                        from,
                        to: node,
                        kind,
                        value: name.clone(),
                    }));
                }
            }
        });
    }

    /// Sorts the edges from `start` on, and leaves one for each pair of nodes and variable. Returns `start`.
    fn keep_strongest(&mut self, start: usize) -> usize {
        let mut found = self.edges.split_off(start);
        found.sort_by(|a, b| (a.from, &a.value, a.kind).cmp(&(b.from, &b.value, b.kind)));
        found.dedup_by(|later, first| later.from == first.from && later.value == first.value);
        self.edges.append(&mut found);
        start
    }
}

impl Hazards {
    /// Neighbours by the reduced edges.
    pub fn adjacency(&self) -> Adjacency {
        Adjacency::forward(self.nodes.len(), self.reduced.iter().map(Edge::pair))
    }

    /// The executor's tables: chains fused where `fusible` allows, successors by priority and urgency.
    pub fn plan(&self, fusible: impl Fn(usize) -> bool) -> Plan {
        fuse_by(
            &self.adjacency(),
            fusible,
            |node| self.nodes[node].priority,
            |_| 1.0,
        )
    }

    /// The graph for people to look at, with the reduced edges.
    pub fn into_graph(self, name: impl Into<String>, file: impl Into<String>) -> Graph {
        Graph::owned(name, file, self.nodes, self.reduced)
    }
}

/// What later accesses to one place must come after.
#[derive(Clone, Debug, Default)]
struct Frontier {
    writers: Vec<Group>,
    readers: Vec<Group>,
    /// Parts of the place that were named. Their frontiers hold what this one does, unless a part replaced it.
    parts: BTreeMap<Cow<'static, str>, Frontier>,
}

/// Accesses of one sort with the same origin.
#[derive(Clone, Debug)]
struct Group {
    origin: Option<u32>,
    /// Set when a write through a borrow stands in for these, except for later accesses of that origin.
    only: Option<u32>,
    /// Ascending.
    nodes: Vec<u32>,
}

/// An access about to enter a frontier.
struct Entry<'a> {
    node: u32,
    mode: Mode,
    origin: Option<u32>,
    /// The nodes it waits for directly, ascending.
    before: &'a [u32],
}

impl Group {
    /// Whether a conflicting access of this origin must come after the group.
    fn orders(&self, origin: Option<u32>) -> bool {
        let shared = origin.is_some() && origin == self.origin;
        !shared && (self.only.is_none() || self.only == origin)
    }
}

impl Frontier {
    fn written_by(node: u32) -> Self {
        let writer = Group {
            origin: None,
            only: None,
            nodes: vec![node],
        };
        Self {
            writers: vec![writer],
            ..Self::default()
        }
    }

    /// The frontier of a part, which starts out as a copy of the one around it.
    fn descend(&mut self, path: &[Cow<'static, str>]) -> &mut Self {
        let mut at = self;
        for field in path {
            if !at.parts.contains_key(field) {
                let part = Self {
                    writers: at.writers.clone(),
                    readers: at.readers.clone(),
                    parts: BTreeMap::new(),
                };
                at.parts.insert(field.clone(), part);
            }
            at = at.parts.get_mut(field).expect("inserted above");
        }
        at
    }

    /// This place and every named part of it.
    fn for_each_part(&self, visit: &mut impl FnMut(&Self)) {
        let mut stack = vec![self];
        while let Some(part) = stack.pop() {
            visit(part);
            stack.extend(part.parts.values());
        }
    }

    fn record(&mut self, entry: &Entry<'_>) {
        if entry.mode.is_exclusive() && entry.origin.is_none() {
            *self = Self::written_by(entry.node);
            return;
        }
        let mut stack = vec![self];
        while let Some(part) = stack.pop() {
            if entry.mode.is_exclusive() {
                part.stand_in(entry.origin);
                insert(&mut part.writers, entry);
            } else {
                insert(&mut part.readers, entry);
            }
            stack.extend(part.parts.values_mut());
        }
    }

    /// A write of this origin has come: everything it waited for is now needed by its own origin only.
    fn stand_in(&mut self, origin: Option<u32>) {
        for groups in [&mut self.writers, &mut self.readers] {
            groups.retain_mut(|group| {
                if group.origin == origin {
                    return true;
                }
                // Already needed by one other origin only, and ordered before this write: nobody needs it now.
                let needed = group.only.is_none() || group.only == origin;
                group.only = origin;
                needed
            });
        }
    }
}

/// Adds to the group of the entry's origin, replacing members the entry comes after anyway.
fn insert(groups: &mut Vec<Group>, entry: &Entry<'_>) {
    let position = groups
        .iter()
        .position(|group| group.origin == entry.origin && group.only.is_none());
    let group = match position {
        Some(position) => &mut groups[position],
        None => {
            groups.push(Group {
                origin: entry.origin,
                only: None,
                nodes: Vec::new(),
            });
            groups.last_mut().expect("pushed above")
        }
    };
    if !group.nodes.is_empty() {
        for before in entry.before {
            if let Ok(at) = group.nodes.binary_search(before) {
                group.nodes.remove(at);
            }
        }
    }
    if group.nodes.last() != Some(&entry.node) {
        group.nodes.push(entry.node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::NodeKind;

    /// Nodes with their accesses and definitions; variables are `v0`, `v1`, ….
    fn edges(program: &[(&[Access], &[u32])]) -> Vec<(u32, u32, EdgeKind)> {
        let mut builder = GraphBuilder::new();
        for i in 0..4 {
            assert_eq!(builder.variable(format!("v{i}")), i);
        }
        for (accesses, defines) in program {
            builder.add_node(
                Node::new("t", "", NodeKind::Task, 1, 1),
                accesses.to_vec(),
                defines.to_vec(),
            );
        }
        builder
            .build()
            .edges
            .iter()
            .map(|edge| (edge.from, edge.to, edge.kind))
            .collect()
    }

    const V: Place = Place::whole(0);
    const L: Place = Place::whole(1);
    const R: Place = Place::whole(2);

    #[test]
    fn readers_run_side_by_side_between_writers() {
        let found = edges(&[
            (&[], &[0]),
            (&[Access::read(V)], &[]),
            (&[Access::read(V)], &[]),
            (&[Access::write(V)], &[]),
            (&[Access::consume(V)], &[]),
        ]);
        let expected = [
            (0, 1, EdgeKind::Flow),
            (0, 2, EdgeKind::Flow),
            (0, 3, EdgeKind::Output),
            (1, 3, EdgeKind::Anti),
            (2, 3, EdgeKind::Anti),
            (3, 4, EdgeKind::Flow),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn fields_are_apart_and_the_whole_meets_them_all() {
        let found = edges(&[
            (&[], &[0]),
            (&[Access::write(V.field("l"))], &[]),
            (&[Access::write(V.field("r"))], &[]),
            (&[Access::read(V)], &[]),
        ]);
        assert!(!found.iter().any(|&(from, to, _)| (from, to) == (1, 2)));
        assert!(found.contains(&(1, 3, EdgeKind::Flow)) && found.contains(&(2, 3, EdgeKind::Flow)));
    }

    #[test]
    fn halves_of_a_split_run_side_by_side() {
        // let (l, r) = v.split_at_mut(m); f(l); g(r); sum(&v)
        let found = edges(&[
            (&[], &[0]),
            (&[Access::write(V)], &[1, 2]),
            (&[Access::write(L), Access::write(V).through(1)], &[]),
            (&[Access::write(R), Access::write(V).through(1)], &[]),
            (&[Access::read(V)], &[]),
        ]);
        assert!(!found.iter().any(|&(from, to, _)| (from, to) == (2, 3)));
        assert!(found.contains(&(2, 4, EdgeKind::Flow)) && found.contains(&(3, 4, EdgeKind::Flow)));
    }

    #[test]
    fn a_frontier_forgets_what_later_writes_stand_in_for() {
        let mut builder = GraphBuilder::new();
        for origin in 0..50 {
            let access = Access::write(V).through(origin);
            builder.add_node(
                Node::new("t", "", NodeKind::Task, 1, 1),
                vec![access],
                vec![],
            );
        }
        assert_eq!(builder.places[&0].writers.len(), 2);
    }

    #[test]
    fn an_edge_without_a_variable() {
        let mut builder = GraphBuilder::new();
        for _ in 0..3 {
            builder.add_node(Node::new("t", "", NodeKind::Task, 1, 1), vec![], vec![]);
        }
        builder.add_edge(0, 2, EdgeKind::Control, "");
        let hazards = builder.build();
        assert_eq!(hazards.reduced, [Edge::new(0, 2, EdgeKind::Control, "")]);
        let plan = hazards.plan(|_| true);
        assert_eq!(plan.units, [vec![0, 2], vec![1]]);
        assert_eq!(hazards.into_graph("g", "f.rs").sources(), [0, 1]);
    }

    #[test]
    #[should_panic(expected = "does not go forward")]
    fn an_edge_backwards_is_a_mistake_of_the_macro() {
        let mut builder = GraphBuilder::new();
        builder.add_node(Node::new("t", "", NodeKind::Task, 1, 1), vec![], vec![]);
        builder.add_edge(0, 0, EdgeKind::Control, "");
    }
}
