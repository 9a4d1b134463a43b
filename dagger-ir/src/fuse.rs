//! The tables an executor runs from.
//!
//! A chain in which each node is the only successor of the one before, and has
//! no other predecessor, gains nothing from being scheduled node by node: it
//! becomes one *unit*, whose nodes run one after the other on one thread. What
//! is left is a graph of units with join counts and successor lists.
//!
//! Fusing never takes parallelism away and never makes a cycle: edges from
//! outside reach only a unit's first node, and edges out leave only its last.

use crate::adjacency::Adjacency;
use crate::critical::upward_ranks;

/// Units of nodes and the order between them, ready to be written out as `const` tables.
///
/// Units are numbered by their first node, which is a topological order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The nodes of each unit, in program order.
    pub units: Vec<Vec<u32>>,
    /// How many units each unit waits for.
    pub joins: Vec<u32>,
    /// Where each unit's successors begin in [`successors`](Self::successors), and at the end its length.
    pub successor_starts: Vec<u32>,
    /// The successors of all units, each unit's most urgent first.
    pub successors: Vec<u32>,
    /// The units that wait for nothing, the most urgent first.
    pub sources: Vec<u32>,
}

/// Fuses chains of nodes for which `fusible` holds, every node being as long as any other.
pub fn fuse(graph: &Adjacency, fusible: impl Fn(usize) -> bool) -> Plan {
    fuse_by(graph, fusible, |_| 0, |_| 1.0)
}

/// Fuses chains of nodes for which `fusible` holds.
///
/// Successors come by falling `priority` of a unit's first node, then by falling upward rank under `cost`, then in
/// program order. Give the transitive reduction: a redundant edge hides a chain and costs a join.
/// Edges that do not go forward are passed over.
pub fn fuse_by(
    graph: &Adjacency,
    fusible: impl Fn(usize) -> bool,
    priority: impl Fn(usize) -> i32,
    cost: impl Fn(usize) -> f64,
) -> Plan {
    let forward;
    let graph = if graph.is_forward() {
        graph
    } else {
        forward = Adjacency::forward(graph.len(), graph.edges());
        &forward
    };
    let (units, unit_of) = chains(graph, fusible);
    let between = Adjacency::new(
        units.len(),
        graph
            .edges()
            .map(|(from, to)| (unit_of[from as usize], unit_of[to as usize]))
            .filter(|(from, to)| from != to),
    );
    let ranks = upward_ranks(&between, |unit| {
        units[unit]
            .iter()
            .map(|&node| cost(node as usize).max(0.0))
            .sum()
    });
    let by_urgency = |list: &mut [u32]| {
        list.sort_by(|&a, &b| {
            let first = |unit: u32| units[unit as usize][0] as usize;
            let (rank_a, rank_b) = (ranks[a as usize], ranks[b as usize]);
            priority(first(b))
                .cmp(&priority(first(a)))
                .then(rank_b.total_cmp(&rank_a))
                .then(a.cmp(&b))
        });
    };

    let mut plan = Plan {
        successor_starts: vec![0],
        ..Plan::default()
    };
    for unit in 0..units.len() {
        plan.joins.push(between.predecessors(unit).len() as u32);
        let start = plan.successors.len();
        plan.successors.extend_from_slice(between.successors(unit));
        by_urgency(&mut plan.successors[start..]);
        plan.successor_starts.push(plan.successors.len() as u32);
        if between.predecessors(unit).is_empty() {
            plan.sources.push(unit as u32);
        }
    }
    by_urgency(&mut plan.sources);
    plan.units = units;
    plan
}

impl Plan {
    /// How many units there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The units that wait for `unit`, the most urgent first.
    ///
    /// # Panics
    /// When there is no such unit.
    pub fn successors_of(&self, unit: usize) -> &[u32] {
        &self.successors
            [self.successor_starts[unit] as usize..self.successor_starts[unit + 1] as usize]
    }

    /// Whether the whole graph is one chain, or nothing: there is never a second thing to run.
    pub fn is_serial(&self) -> bool {
        self.units.len() <= 1
    }
}

/// The units, and the unit of every node.
fn chains(graph: &Adjacency, fusible: impl Fn(usize) -> bool) -> (Vec<Vec<u32>>, Vec<u32>) {
    let fusible: Vec<bool> = (0..graph.len()).map(fusible).collect();
    let mut units: Vec<Vec<u32>> = Vec::new();
    let mut unit_of = Vec::with_capacity(graph.len());
    for node in 0..graph.len() {
        let unit = match *graph.predecessors(node) {
            [only]
                if fusible[only as usize]
                    && fusible[node]
                    && graph.successors(only as usize).len() == 1 =>
            {
                unit_of[only as usize]
            }
            _ => {
                units.push(Vec::new());
                units.len() as u32 - 1
            }
        };
        units[unit as usize].push(node as u32);
        unit_of.push(unit);
    }
    (units, unit_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_become_units() {
        // 0 → 1 → 2, then 2 → 3 → 5 beside 2 → 4 → 5, then 5 → 6.
        let graph = Adjacency::new(7, [(0, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 6)]);
        let plan = fuse(&graph, |_| true);
        assert_eq!(plan.units, [vec![0, 1, 2], vec![3], vec![4], vec![5, 6]]);
        assert_eq!(plan.joins, [0, 1, 1, 2]);
        assert_eq!(plan.successor_starts, [0, 2, 3, 4, 4]);
        assert_eq!(plan.successors, [1, 2, 3, 3]);
        assert_eq!(plan.sources, [0]);
        assert!(!plan.is_serial());
    }

    #[test]
    fn a_pinned_node_stays_alone() {
        let graph = Adjacency::new(3, [(0, 1), (1, 2)]);
        assert_eq!(fuse(&graph, |node| node != 1).units, [[0], [1], [2]]);
        assert_eq!(fuse(&graph, |node| node != 2).units, [vec![0, 1], vec![2]]);
        assert!(fuse(&graph, |_| true).is_serial());
    }

    #[test]
    fn the_most_urgent_successor_comes_first() {
        // 0 leads to 1, to 2 → 4 (with another successor) and to 3.
        let graph = Adjacency::new(6, [(0, 1), (0, 2), (0, 3), (2, 4), (2, 5)]);
        assert_eq!(fuse(&graph, |_| true).successors_of(0), [2, 1, 3]);
        let plan = fuse_by(&graph, |_| true, |node| i32::from(node == 3), |_| 1.0);
        assert_eq!(plan.successors_of(0), [3, 2, 1]);
        let plan = fuse_by(
            &graph,
            |_| true,
            |_| 0,
            |node| if node == 1 { 9.0 } else { 1.0 },
        );
        assert_eq!(plan.successors_of(0), [1, 2, 3]);
    }

    #[test]
    fn nothing_is_a_plan_too() {
        let plan = fuse(&Adjacency::new(0, []), |_| true);
        assert!(plan.is_empty() && plan.is_serial());
        assert_eq!(plan.successor_starts, [0]);
    }
}
