//! The largest set of nodes none of which waits for another.
//!
//! By Dilworth's theorem it is as large as the smallest number of paths that
//! together visit every node, where paths may cross. That number is a minimum
//! flow in which every node must carry at least one unit; it is found here by
//! taking any cover and removing paths while that can be made up for. Memory is
//! linear and each round is one sweep over the graph, so no closure is needed.

use crate::adjacency::Adjacency;

/// The nodes of a largest antichain, ascending.
///
/// Edges that do not go forward are passed over.
pub fn largest_antichain(graph: &Adjacency) -> Vec<usize> {
    let forward;
    let graph = if graph.is_forward() {
        graph
    } else {
        forward = Adjacency::forward(graph.len(), graph.edges());
        &forward
    };
    let mut cover = Cover::greedy(graph);
    loop {
        let mut search = Search::new(graph.len());
        let mut removed = false;
        for node in 0..graph.len() {
            while cover.ends[node] > 0 && search.remove_path(&mut cover, node) {
                removed = true;
            }
        }
        if !removed {
            // The cover is smallest. What the failed search reached is one side of a cut, and the nodes it goes
            // through are carried by one path each, with no path through two of them.
            return (0..graph.len())
                .filter(|&node| search.reached[leaving(node)] && !search.reached[entering(node)])
                .collect();
        }
    }
}

/// Paths that visit every node, as counts.
struct Cover<'a> {
    graph: &'a Adjacency,
    /// Where each node's successors begin in `along`.
    starts: Vec<usize>,
    /// How many paths use each edge, by first node and then by second.
    along: Vec<u32>,
    /// How many paths begin at, end at and visit each node.
    begins: Vec<u32>,
    ends: Vec<u32>,
    visits: Vec<u32>,
}

impl<'a> Cover<'a> {
    fn greedy(graph: &'a Adjacency) -> Self {
        let len = graph.len();
        let mut starts = vec![0];
        for node in 0..len {
            starts.push(starts[node] + graph.successors(node).len());
        }
        let along = vec![0; graph.edge_count()];
        let (begins, ends, visits) = (vec![0; len], vec![0; len], vec![0; len]);
        let mut cover = Self {
            graph,
            starts,
            along,
            begins,
            ends,
            visits,
        };
        for first in 0..len {
            if cover.visits[first] > 0 {
                continue;
            }
            cover.begins[first] += 1;
            let mut node = first;
            loop {
                cover.visits[node] += 1;
                let fresh = graph
                    .successors(node)
                    .iter()
                    .position(|&next| cover.visits[next as usize] == 0);
                let Some(position) = fresh else { break };
                cover.along[cover.starts[node] + position] += 1;
                node = graph.successors(node)[position] as usize;
            }
            cover.ends[node] += 1;
        }
        cover
    }

    fn edge(&self, from: usize, to: usize) -> usize {
        let position = self.graph.successors(from).binary_search(&(to as u32));
        self.starts[from] + position.expect("an edge of the graph")
    }
}

/// A node has two sides in the flow: where paths enter it, and where they leave it.
const fn entering(node: usize) -> usize {
    2 * node
}

const fn leaving(node: usize) -> usize {
    2 * node + 1
}

/// One sweep of depth-first searches that share what they have reached.
struct Search {
    reached: Vec<bool>,
    came_from: Vec<usize>,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            reached: vec![false; 2 * nodes],
            came_from: vec![usize::MAX; 2 * nodes],
        }
    }

    /// Takes away the end of a path at `last`, if the rest can be joined to others.
    fn remove_path(&mut self, cover: &mut Cover<'_>, last: usize) -> bool {
        let start = leaving(last);
        if self.reached[start] {
            return false;
        }
        self.reached[start] = true;
        self.came_from[start] = usize::MAX;
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            let node = at / 2;
            if at == entering(node) && cover.begins[node] > 0 {
                self.apply(cover, node);
                cover.ends[last] -= 1;
                return true;
            }
            let mut go = |to: usize| {
                if !self.reached[to] {
                    self.reached[to] = true;
                    self.came_from[to] = at;
                    stack.push(to);
                }
            };
            if at == leaving(node) {
                // Another path takes over the part from here on ...
                for &next in cover.graph.successors(node) {
                    go(entering(next as usize));
                }
                // ... or this path no longer visits the node.
                if cover.visits[node] > 1 {
                    go(entering(node));
                }
            } else {
                go(leaving(node));
                for &before in cover.graph.predecessors(node) {
                    if cover.along[cover.edge(before as usize, node)] > 0 {
                        go(leaving(before as usize));
                    }
                }
            }
        }
        false
    }

    /// Follows the search back from a node where a path begins, and changes the counts on the way.
    fn apply(&self, cover: &mut Cover<'_>, first: usize) {
        cover.begins[first] -= 1;
        let mut to = entering(first);
        while self.came_from[to] != usize::MAX {
            let from = self.came_from[to];
            let (a, b) = (from / 2, to / 2);
            match (from == leaving(a), to == leaving(b)) {
                (true, false) if a == b => cover.visits[a] -= 1,
                (false, true) if a == b => cover.visits[a] += 1,
                (true, false) => {
                    let edge = cover.edge(a, b);
                    cover.along[edge] += 1;
                }
                _ => {
                    let edge = cover.edge(b, a);
                    cover.along[edge] -= 1;
                }
            }
            to = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_nodes_of_different_levels_count() {
        // Level 0 has three nodes, level 1 has two, and yet four can run at once: 1, 2, 3, 4.
        let graph = Adjacency::new(6, [(0, 3), (0, 4), (1, 5), (2, 5)]);
        assert_eq!(largest_antichain(&graph).len(), 4);
        assert_eq!(
            largest_antichain(&Adjacency::new(4, [(0, 1), (1, 2), (2, 3)])).len(),
            1
        );
        assert!(largest_antichain(&Adjacency::new(0, [])).is_empty());
    }

    #[test]
    fn paths_that_must_cross_are_found() {
        // Two ways in, two ways out, one node between: the greedy cover needs a path through the middle twice.
        let graph = Adjacency::new(5, [(0, 2), (1, 2), (2, 3), (2, 4)]);
        assert_eq!(largest_antichain(&graph).len(), 2);
    }
}
