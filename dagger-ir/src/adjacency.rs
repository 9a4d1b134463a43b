//! Neighbours of every node, for any directed graph.
//!
//! Two flat tables (compressed sparse rows), one each way. Parallel edges are
//! merged and neighbours come in ascending order. Nothing here asks for the
//! graph to be acyclic.

/// Successors and predecessors of nodes `0..len`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjacency {
    successors: Rows,
    predecessors: Rows,
}

impl Adjacency {
    /// Indexes `edges`, given as `(from, to)`.
    ///
    /// Edges that name a node outside `0..len` are left out.
    pub fn new(len: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut pairs: Vec<(u32, u32)> = edges
            .into_iter()
            .filter(|&(from, to)| (from as usize) < len && (to as usize) < len)
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let successors = Rows::from_sorted(len, &pairs);
        for pair in &mut pairs {
            *pair = (pair.1, pair.0);
        }
        pairs.sort_unstable();
        let predecessors = Rows::from_sorted(len, &pairs);
        Self {
            successors,
            predecessors,
        }
    }

    /// Like [`new`](Self::new), but keeps only edges that go forward in program
    /// order, so that the numbering is a topological order.
    pub fn forward(len: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self::new(len, edges.into_iter().filter(|(from, to)| from < to))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.successors.starts.len() - 1
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many different edges there are.
    pub fn edge_count(&self) -> usize {
        self.successors.targets.len()
    }

    /// Nodes with an edge from `node`, ascending.
    ///
    /// # Panics
    /// When `node` is not below [`len`](Self::len).
    pub fn successors(&self, node: usize) -> &[u32] {
        self.successors.row(node)
    }

    /// Nodes with an edge to `node`, ascending.
    ///
    /// # Panics
    /// When `node` is not below [`len`](Self::len).
    pub fn predecessors(&self, node: usize) -> &[u32] {
        self.predecessors.row(node)
    }

    /// All edges, by their first node and then by their second.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.len()).flat_map(|from| {
            self.successors(from)
                .iter()
                .map(move |&to| (from as u32, to))
        })
    }

    /// Whether every edge goes from a smaller number to a larger one.
    pub fn is_forward(&self) -> bool {
        self.edges().all(|(from, to)| from < to)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rows {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Rows {
    /// `pairs` are sorted by their first half.
    fn from_sorted(len: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0; len + 1];
        for &(key, _) in pairs {
            starts[key as usize + 1] += 1;
        }
        for i in 0..len {
            starts[i + 1] += starts[i];
        }
        Self {
            starts,
            targets: pairs.iter().map(|&(_, target)| target).collect(),
        }
    }

    fn row(&self, key: usize) -> &[u32] {
        &self.targets[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_sorted_and_merged() {
        let graph = Adjacency::new(4, [(2, 3), (0, 3), (0, 1), (0, 3), (3, 0), (9, 0), (0, 9)]);
        assert_eq!(graph.len(), 4);
        assert_eq!(graph.edge_count(), 4);
        assert_eq!(graph.successors(0), [1, 3]);
        assert_eq!(graph.predecessors(3), [0, 2]);
        assert_eq!(graph.predecessors(0), [3]);
        assert_eq!(
            graph.edges().collect::<Vec<_>>(),
            [(0, 1), (0, 3), (2, 3), (3, 0)]
        );
        assert!(!graph.is_forward());
    }

    #[test]
    fn forward_drops_what_goes_back() {
        let graph = Adjacency::forward(3, [(0, 1), (1, 0), (2, 2), (1, 2)]);
        assert_eq!(graph.edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        assert!(graph.is_forward());
    }

    #[test]
    fn no_nodes() {
        let graph = Adjacency::new(0, [(0, 0)]);
        assert!(graph.is_empty());
        assert_eq!(graph.edges().count(), 0);
    }
}
