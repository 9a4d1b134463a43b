//! A task graph as `name::graph()` returns it.
//!
//! Holds what the macro found and answers questions about it. It is data for
//! people and tools to look at: the executor runs from the tables of
//! [`fuse`](mod@crate::fuse), not from this.

use std::borrow::Cow;

use crate::adjacency::Adjacency;
use crate::antichain;
use crate::critical;
use crate::level;

/// The nodes of one `dag!` and the order between them.
///
/// Node `i` of [`nodes`](Self::nodes) is number `i` everywhere. Nodes stand in
/// program order, so edges go from a smaller number to a larger one; methods
/// pass over edges that do not.
///
/// ```
/// use dagger_ir::{Edge, EdgeKind, Graph, Node, NodeKind};
///
/// static NODES: [Node; 2] = [
///     Node::new("make", "a", NodeKind::Task, 12, 13),
///     Node::new("double", "b", NodeKind::Task, 13, 13).with_priority(3).with_scope_text("gpu"),
/// ];
/// static EDGES: [Edge; 1] = [Edge::new(0, 1, EdgeKind::Flow, "a")];
/// static GRAPH: Graph = Graph::new("pipeline", "src/main.rs", &NODES, &EDGES);
///
/// assert_eq!(GRAPH.depth(), 2);
/// assert_eq!(GRAPH.find("b"), Some(1));
/// assert_eq!(GRAPH.location(1), "src/main.rs:13:13");
/// assert_eq!(GRAPH.nodes()[1].scope, "gpu");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Graph {
    /// The item's name; empty for a block form.
    pub name: Cow<'static, str>,
    /// The source file the nodes' lines are in.
    pub file: Cow<'static, str>,
    /// The nodes in program order.
    pub nodes: Cow<'static, [Node]>,
    /// The edges.
    pub edges: Cow<'static, [Edge]>,
}

/// One task call, or whatever else runs as a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The task's name, or the expression's text.
    pub name: Cow<'static, str>,
    /// What the result is bound to, such as `b`; empty if to nothing.
    pub binding: Cow<'static, str>,
    /// What sort of node it is.
    pub kind: NodeKind,
    /// The source line, counted from 1; 0 if unknown.
    pub line: u32,
    /// The source column, counted from 1; 0 if unknown.
    pub column: u32,
    /// What `#[priority(..)]` says; 0 without one, more is sooner.
    pub priority: i32,
    /// The text of `#[on(..)]`; empty without one.
    pub scope: Cow<'static, str>,
}

/// What sort of node it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// A call of a `#[task]`.
    Task,
    /// Any other expression.
    Expression,
    /// An `if` or `match` that chooses a subgraph.
    Branch,
    /// A `for` that unfolds at run time.
    Loop,
}

/// `to` starts only after `from` has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// The node that ends first.
    pub from: u32,
    /// The node that waits.
    pub to: u32,
    /// Why it waits.
    pub kind: EdgeKind,
    /// The variable that causes it; empty if none does.
    pub value: Cow<'static, str>,
}

/// Why a node waits for another.
///
/// The order is from the most telling to the least: where several hazards lie
/// between two nodes, the first one is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EdgeKind {
    /// It uses a value the other made or updated (read after write).
    Flow,
    /// It updates a value in place that the other made or updated (write after write).
    Output,
    /// It updates or takes a value the other still looks at (write after read).
    Anti,
    /// The program says so without a value between them, as with `?`.
    Control,
}

impl EdgeKind {
    /// The field's name for it, as shown in pictures.
    pub const fn name(self) -> &'static str {
        match self {
            EdgeKind::Flow => "flow",
            EdgeKind::Output => "output",
            EdgeKind::Anti => "anti",
            EdgeKind::Control => "control",
        }
    }
}

impl NodeKind {
    /// The word for it, as shown in pictures.
    pub const fn name(self) -> &'static str {
        match self {
            NodeKind::Task => "task",
            NodeKind::Expression => "expression",
            NodeKind::Branch => "branch",
            NodeKind::Loop => "loop",
        }
    }
}

impl Node {
    /// A node without priority and scope, for a `const` table.
    pub const fn new(
        name: &'static str,
        binding: &'static str,
        kind: NodeKind,
        line: u32,
        column: u32,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            binding: Cow::Borrowed(binding),
            kind,
            line,
            column,
            priority: 0,
            scope: Cow::Borrowed(""),
        }
    }

    /// A node with names made at run time, or while a macro expands.
    pub fn owned(
        name: impl Into<String>,
        binding: impl Into<String>,
        kind: NodeKind,
        line: u32,
        column: u32,
    ) -> Self {
        Self {
            name: Cow::Owned(name.into()),
            binding: Cow::Owned(binding.into()),
            kind,
            line,
            column,
            priority: 0,
            scope: Cow::Borrowed(""),
        }
    }

    /// The same node with a priority.
    #[must_use]
    pub const fn with_priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// The same node with a scope; [`with_scope_text`](Self::with_scope_text) is for `const` tables.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.scope = scope.into();
        self
    }

    /// The same node with a scope, for a `const` table.
    #[must_use]
    pub const fn with_scope_text(mut self, text: &'static str) -> Self {
        // A `const fn` cannot run destructors. The scope of a node from `new` is borrowed and has nothing to free.
        std::mem::forget(std::mem::replace(&mut self.scope, Cow::Borrowed(text)));
        self
    }

    /// What to call the node: its binding, or its name where it has none.
    pub fn label(&self) -> &str {
        if self.binding.is_empty() {
            &self.name
        } else {
            &self.binding
        }
    }
}

impl Edge {
    /// An edge for a `const` table.
    pub const fn new(from: u32, to: u32, kind: EdgeKind, value: &'static str) -> Self {
        Self {
            from,
            to,
            kind,
            value: Cow::Borrowed(value),
        }
    }

    /// An edge with a name made at run time, or while a macro expands.
    pub fn owned(from: u32, to: u32, kind: EdgeKind, value: impl Into<String>) -> Self {
        Self {
            from,
            to,
            kind,
            value: Cow::Owned(value.into()),
        }
    }

    /// The two nodes' numbers.
    pub const fn pair(&self) -> (u32, u32) {
        (self.from, self.to)
    }
}

impl Graph {
    /// A graph over `static` tables.
    pub const fn new(
        name: &'static str,
        file: &'static str,
        nodes: &'static [Node],
        edges: &'static [Edge],
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            file: Cow::Borrowed(file),
            nodes: Cow::Borrowed(nodes),
            edges: Cow::Borrowed(edges),
        }
    }

    /// A graph over tables made at run time, or while a macro expands.
    pub fn owned(
        name: impl Into<String>,
        file: impl Into<String>,
        nodes: Vec<Node>,
        edges: Vec<Edge>,
    ) -> Self {
        Self {
            name: Cow::Owned(name.into()),
            file: Cow::Owned(file.into()),
            nodes: Cow::Owned(nodes),
            edges: Cow::Owned(edges),
        }
    }

    /// The nodes in program order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The edges as they were given.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Neighbours of every node, for more than a question or two.
    pub fn adjacency(&self) -> Adjacency {
        Adjacency::forward(self.len(), self.edges.iter().map(Edge::pair))
    }

    /// The nodes that node `i` waits for, ascending. Looks at every edge.
    pub fn predecessors(&self, i: usize) -> Vec<usize> {
        self.neighbours(|edge| (edge.to as usize == i).then_some(edge.from))
    }

    /// The nodes that wait for node `i`, ascending. Looks at every edge.
    pub fn successors(&self, i: usize) -> Vec<usize> {
        self.neighbours(|edge| (edge.from as usize == i).then_some(edge.to))
    }

    /// The nodes that wait for nothing, in program order.
    pub fn sources(&self) -> Vec<usize> {
        let adjacency = self.adjacency();
        (0..self.len())
            .filter(|&i| adjacency.predecessors(i).is_empty())
            .collect()
    }

    /// The nodes that nothing waits for, in program order.
    pub fn sinks(&self) -> Vec<usize> {
        let adjacency = self.adjacency();
        (0..self.len())
            .filter(|&i| adjacency.successors(i).is_empty())
            .collect()
    }

    /// The nodes by level: what waits for nothing, what waits only for those, and so on.
    /// Inside a level they are in program order.
    pub fn levels(&self) -> Vec<Vec<usize>> {
        level::levels(&self.adjacency())
    }

    /// The level of node `i`: how many edges the longest chain to it has.
    ///
    /// # Panics
    /// When there is no node `i`.
    pub fn level_of(&self, i: usize) -> usize {
        level::level_numbers(&self.adjacency())[i] as usize
    }

    /// How many nodes the largest level has.
    ///
    /// That many nodes can run side by side, and perhaps more: nodes of different levels may be
    /// independent too. [`max_parallelism`](Self::max_parallelism) is the exact answer.
    pub fn width(&self) -> usize {
        self.levels().iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The most nodes that can ever run at the same moment: the size of the largest antichain.
    ///
    /// Slower to find than [`width`](Self::width), which will do as an estimate; see
    /// [`antichain`].
    pub fn max_parallelism(&self) -> usize {
        antichain::largest_antichain(&self.adjacency()).len()
    }

    /// How many levels there are: the number of nodes in the longest chain.
    pub fn depth(&self) -> usize {
        self.levels().len()
    }

    /// The longest chain of nodes, first to last. Of several, the one that comes first in program order.
    pub fn critical_path(&self) -> Vec<usize> {
        self.critical_path_by(|_| 1.0)
    }

    /// The chain whose nodes cost most together, first to last, `cost` being asked once a node.
    ///
    /// A negative or undefined cost counts as 0. Of several, the one that comes first in program order.
    pub fn critical_path_by(&self, cost: impl Fn(usize) -> f64) -> Vec<usize> {
        critical::critical_path(&self.adjacency(), cost)
            .into_iter()
            .map(|i| i as usize)
            .collect()
    }

    /// The source line of every node.
    pub fn lines(&self) -> impl Iterator<Item = u32> + '_ {
        self.nodes.iter().map(|node| node.line)
    }

    /// The numbers of the nodes that begin on source line `line`, in program order.
    pub fn at_line(&self, line: u32) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(move |&i| self.nodes[i].line == line)
    }

    /// Where node `i` stands in the source, as `file:line:column`, which editors open.
    ///
    /// # Panics
    /// When there is no node `i`.
    pub fn location(&self, i: usize) -> String {
        let node = &self.nodes[i];
        format!("{}:{}:{}", self.file, node.line, node.column)
    }

    /// The first node bound to `name`; if there is none, the first whose task is called `name`.
    pub fn find(&self, name: &str) -> Option<usize> {
        let position =
            |pick: fn(&Node) -> &str| self.nodes.iter().position(|node| pick(node) == name);
        position(|node| &node.binding).or_else(|| position(|node| &node.name))
    }

    fn neighbours(&self, pick: impl Fn(&Edge) -> Option<u32>) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .edges
            .iter()
            .filter(|edge| edge.from < edge.to && (edge.to as usize) < self.len())
            .filter_map(|edge| pick(edge).map(|i| i as usize))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diamond() -> Graph {
        let nodes = vec![
            Node::new("twice", "a", NodeKind::Task, 2, 13),
            Node::new("double", "b", NodeKind::Task, 3, 13),
            Node::new("halve", "c", NodeKind::Task, 3, 33),
            Node::new("sub", "", NodeKind::Task, 5, 5),
        ];
        let edges = [(0, 1, "a"), (0, 2, "a"), (1, 3, "b"), (2, 3, "c")]
            .map(|(from, to, value)| Edge::new(from, to, EdgeKind::Flow, value));
        Graph::owned("diamond", "src/lib.rs", nodes, edges.to_vec())
    }

    #[test]
    fn a_diamond_says_what_it_is() {
        let graph = diamond();
        assert_eq!((graph.len(), graph.is_empty()), (4, false));
        assert_eq!(graph.predecessors(3), [1, 2]);
        assert_eq!(graph.successors(0), [1, 2]);
        assert_eq!((graph.sources(), graph.sinks()), (vec![0], vec![3]));
        assert_eq!(graph.levels(), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!((graph.level_of(2), graph.depth()), (1, 3));
        assert_eq!((graph.width(), graph.max_parallelism()), (2, 2));
        assert_eq!(graph.critical_path(), [0, 1, 3]);
        assert_eq!(
            graph.critical_path_by(|node| if node == 2 { 5.0 } else { 1.0 }),
            [0, 2, 3]
        );
    }

    #[test]
    fn nodes_are_found_by_binding_then_by_name_and_by_line() {
        let graph = diamond();
        assert_eq!(graph.find("c"), Some(2));
        assert_eq!(graph.find("sub"), Some(3));
        assert_eq!(graph.find("nothing"), None);
        assert_eq!(graph.lines().collect::<Vec<_>>(), [2, 3, 3, 5]);
        assert_eq!(graph.at_line(3).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(graph.location(2), "src/lib.rs:3:33");
    }

    #[test]
    fn an_empty_graph_answers_too() {
        let graph = Graph::default();
        assert!(graph.is_empty() && graph.levels().is_empty() && graph.critical_path().is_empty());
        assert_eq!(
            (graph.depth(), graph.width(), graph.max_parallelism()),
            (0, 0, 0)
        );
    }

    #[test]
    fn edges_that_go_nowhere_are_passed_over() {
        let mut graph = diamond();
        for (from, to) in [(3, 0), (1, 1), (0, 9), (9, 0)] {
            graph
                .edges
                .to_mut()
                .push(Edge::new(from, to, EdgeKind::Control, ""));
        }
        assert_eq!(graph.predecessors(0), [0; 0]);
        assert_eq!(graph.successors(0), [1, 2]);
        assert_eq!(graph.depth(), 3);
    }
}
