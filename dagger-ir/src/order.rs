//! Topological order, or the cycle that stands in its way.
//!
//! Works on any directed graph, and never recurses. [`early_uses`] applies it to a list of named definitions,
//! to say which value is used before it is defined and whether reordering could help.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::error::Error;
use std::fmt;

use crate::adjacency::Adjacency;

/// Steps the search for a short cycle may take before it is content with the one it has.
const SEARCH_BUDGET: usize = 1 << 21;

/// Nodes that wait for each other in a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The nodes in the order of the edges, the smallest first; an edge leads from the last back to the first.
    pub nodes: Vec<u32>,
}

/// One definition of a program: what it names and what it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition<'a> {
    /// The names it introduces; several for a pattern, none for a statement.
    pub names: Vec<&'a str>,
    /// The names it uses.
    pub uses: Vec<&'a str>,
}

/// A value used before it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyUse {
    /// The definition that uses it.
    pub user: usize,
    /// Which of its [`uses`](Definition::uses) it is.
    pub position: usize,
    /// The definition that comes too late; `user` itself where a definition uses its own name.
    pub defined_at: usize,
    /// The definitions that need each other, so that no order would do; `None` where swapping lines helps.
    pub cycle: Option<Cycle>,
}

/// All nodes, each after its predecessors, and otherwise by number.
///
/// # Errors
/// A cycle, if there is one, and a short one if there are several.
pub fn topological_order(graph: &Adjacency) -> Result<Vec<u32>, Cycle> {
    let mut waiting: Vec<usize> = (0..graph.len())
        .map(|node| graph.predecessors(node).len())
        .collect();
    let mut ready: BinaryHeap<Reverse<u32>> = (0..graph.len())
        .filter(|&node| waiting[node] == 0)
        .map(|node| Reverse(node as u32))
        .collect();
    let mut order = Vec::with_capacity(graph.len());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for &next in graph.successors(node as usize) {
            waiting[next as usize] -= 1;
            if waiting[next as usize] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    if order.len() == graph.len() {
        return Ok(order);
    }
    let left: Vec<bool> = waiting.iter().map(|&count| count > 0).collect();
    Err(short_cycle(graph, &left))
}

/// The uses that come before their definitions, in program order.
///
/// A name means its last definition above the use; only where there is none does a later one count as too late. A name
/// that is defined nowhere is left to whoever knows the surroundings. Of several rings that meet only the first is
/// reported, because they are most likely one mistake.
pub fn early_uses(definitions: &[Definition<'_>]) -> Vec<EarlyUse> {
    let mut first_definition: HashMap<&str, usize> = HashMap::new();
    for (at, definition) in definitions.iter().enumerate() {
        for name in &definition.names {
            first_definition.entry(name).or_insert(at);
        }
    }
    let mut visible: HashMap<&str, usize> = HashMap::new();
    let mut edges = Vec::new();
    let mut early = Vec::new();
    for (user, definition) in definitions.iter().enumerate() {
        for (position, name) in definition.uses.iter().enumerate() {
            if let Some(&at) = visible.get(name) {
                edges.push((at as u32, user as u32));
            } else if let Some(&at) = first_definition.get(name) {
                edges.push((at as u32, user as u32));
                early.push(EarlyUse {
                    user,
                    position,
                    defined_at: at,
                    cycle: None,
                });
            }
        }
        for name in &definition.names {
            visible.insert(name, user);
        }
    }
    let graph = Adjacency::new(definitions.len(), edges);
    let mut search = Search::new(&graph, usize::MAX);
    let mut in_reported_ring = vec![false; definitions.len()];
    early.retain_mut(|early_use| {
        let (user, late) = (early_use.user as u32, early_use.defined_at as u32);
        // The ring, if any, is a way from the user to the late definition, closed by the early use itself.
        let Some(way) = search.shortest_way(user, |node| node == late, |_| true) else {
            return true;
        };
        if way.iter().any(|&node| in_reported_ring[node as usize]) {
            return false;
        }
        for &node in &way {
            in_reported_ring[node as usize] = true;
        }
        early_use.cycle = Some(Cycle::from_ring(way));
        true
    });
    early
}

impl Cycle {
    /// The cycle with the nodes' names, as `` `a` → `b` → `a` ``.
    pub fn display<'a, N: fmt::Display>(
        &'a self,
        name: impl Fn(u32) -> N + 'a,
    ) -> impl fmt::Display + 'a {
        Named { cycle: self, name }
    }

    /// Turns the ring so that the smallest node comes first.
    fn from_ring(mut nodes: Vec<u32>) -> Self {
        let least = (0..nodes.len()).min_by_key(|&i| nodes[i]).unwrap_or(0);
        nodes.rotate_left(least);
        Self { nodes }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(|node| node).fmt(f)
    }
}

impl Error for Cycle {}

struct Named<'a, F> {
    cycle: &'a Cycle,
    name: F,
}

impl<N: fmt::Display, F: Fn(u32) -> N> fmt::Display for Named<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &node in &self.cycle.nodes {
            write!(f, "`{}` → ", (self.name)(node))?;
        }
        match self.cycle.nodes.first() {
            Some(&node) => write!(f, "`{}`", (self.name)(node)),
            None => Ok(()),
        }
    }
}

/// A shortest cycle among the nodes that are `left`, which have at least one; a short one if the search gets long.
fn short_cycle(graph: &Adjacency, left: &[bool]) -> Cycle {
    // Every node that is left has a predecessor that is left, so walking backwards must meet itself.
    let mut seen_at = vec![usize::MAX; graph.len()];
    let mut walk: Vec<u32> = Vec::new();
    let mut node = left.iter().position(|&l| l).unwrap_or(0) as u32;
    while seen_at[node as usize] == usize::MAX {
        seen_at[node as usize] = walk.len();
        walk.push(node);
        let before = graph
            .predecessors(node as usize)
            .iter()
            .find(|&&p| left[p as usize]);
        node = *before.expect("a node that is left waits for another one");
    }
    let mut best: Vec<u32> = walk.split_off(seen_at[node as usize]);
    best.reverse();

    let mut search = Search::new(graph, SEARCH_BUDGET);
    for start in (0..graph.len() as u32).filter(|&node| left[node as usize]) {
        if best.len() == 1 || search.budget == 0 {
            break;
        }
        let closes = |node: u32| {
            graph
                .successors(node as usize)
                .binary_search(&start)
                .is_ok()
        };
        if let Some(way) = search.shortest_way(start, closes, |node| left[node as usize])
            && way.len() < best.len()
        {
            best = way;
        }
    }
    Cycle::from_ring(best)
}

/// Breadth-first searches, which share their table so that a short one stays cheap in a large graph.
struct Search<'a> {
    graph: &'a Adjacency,
    came_from: Vec<u32>,
    /// Steps left.
    budget: usize,
}

impl<'a> Search<'a> {
    fn new(graph: &'a Adjacency, budget: usize) -> Self {
        Self {
            graph,
            came_from: vec![u32::MAX; graph.len()],
            budget,
        }
    }

    /// The nodes of a shortest path to a node at which `arrived`, both ends included, through nodes that are
    /// `allowed`. Gives up when the budget is spent.
    fn shortest_way(
        &mut self,
        from: u32,
        arrived: impl Fn(u32) -> bool,
        allowed: impl Fn(u32) -> bool,
    ) -> Option<Vec<u32>> {
        let mut queue = vec![from];
        self.came_from[from as usize] = from;
        let found = self.expand(&mut queue, arrived, allowed);
        let way = found.map(|mut at| {
            let mut way = vec![at];
            while at != from {
                at = self.came_from[at as usize];
                way.push(at);
            }
            way.reverse();
            way
        });
        for node in queue {
            self.came_from[node as usize] = u32::MAX;
        }
        way
    }

    /// Fills the queue until a node at which `arrived` is taken from it.
    fn expand(
        &mut self,
        queue: &mut Vec<u32>,
        arrived: impl Fn(u32) -> bool,
        allowed: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            if arrived(node) {
                return Some(node);
            }
            next += 1;
            for &to in self.graph.successors(node as usize) {
                self.budget = self.budget.checked_sub(1)?;
                if allowed(to) && self.came_from[to as usize] == u32::MAX {
                    self.came_from[to as usize] = node;
                    queue.push(to);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition<'a>(names: &[&'a str], uses: &[&'a str]) -> Definition<'a> {
        Definition {
            names: names.to_vec(),
            uses: uses.to_vec(),
        }
    }

    #[test]
    fn program_order_is_kept_where_it_can_be() {
        let graph = Adjacency::new(5, [(4, 0), (3, 1)]);
        assert_eq!(topological_order(&graph).unwrap(), [2, 3, 1, 4, 0]);
    }

    #[test]
    fn a_short_cycle_is_the_witness() {
        let ring = [(0, 1), (1, 2), (2, 3), (3, 0), (3, 2), (4, 0)];
        let cycle = topological_order(&Adjacency::new(5, ring)).unwrap_err();
        assert_eq!(cycle.nodes, [2, 3]);
        assert_eq!(
            cycle
                .display(|node| ["a", "b", "c", "d", "e"][node as usize])
                .to_string(),
            "`c` → `d` → `c`"
        );
        let cycle = topological_order(&Adjacency::new(2, [(1, 1)])).unwrap_err();
        assert_eq!(cycle.to_string(), "`1` → `1`");
    }

    #[test]
    fn a_line_that_comes_too_late_has_no_cycle() {
        let program = [definition(&["b"], &["a"]), definition(&["a"], &[])];
        assert_eq!(
            early_uses(&program),
            [EarlyUse {
                user: 0,
                position: 0,
                defined_at: 1,
                cycle: None
            }]
        );
    }

    #[test]
    fn lines_that_need_each_other_are_one_mistake() {
        let program = [
            definition(&["a"], &["c", "b"]),
            definition(&["b"], &["c"]),
            definition(&["c"], &["a"]),
        ];
        let early = early_uses(&program);
        assert_eq!(early.len(), 1, "{early:?}");
        let ring = early[0].cycle.as_ref().map(|cycle| cycle.nodes.clone());
        assert_eq!(
            (early[0].user, early[0].position, ring),
            (0, 0, Some(vec![0, 2]))
        );
    }

    #[test]
    fn shadowing_is_no_early_use() {
        let program = [
            definition(&["a"], &["outer"]),
            definition(&["a"], &["a"]),
            definition(&[], &["a"]),
        ];
        assert!(early_uses(&program).is_empty());
        let own = [definition(&["a"], &["a"])];
        assert_eq!(early_uses(&own)[0].cycle.as_ref().unwrap().nodes, [0]);
    }
}
