//! Levels of a graph, and how much of it can run at once.
//!
//! A level holds the nodes whose longest chain from a source has the same
//! length. Nodes of one level never wait for each other.

use crate::adjacency::Adjacency;

/// The level of every node, sources being on level 0.
///
/// Edges that do not go forward are passed over.
pub fn level_numbers(graph: &Adjacency) -> Vec<u32> {
    let mut level = vec![0; graph.len()];
    for node in 0..graph.len() {
        for &before in graph.predecessors(node) {
            if (before as usize) < node {
                level[node] = level[node].max(level[before as usize] + 1);
            }
        }
    }
    level
}

/// The nodes of every level, ascending.
pub fn levels(graph: &Adjacency) -> Vec<Vec<usize>> {
    let numbers = level_numbers(graph);
    let depth = numbers
        .iter()
        .map(|&level| level as usize + 1)
        .max()
        .unwrap_or(0);
    let mut levels = vec![Vec::new(); depth];
    for (node, &level) in numbers.iter().enumerate() {
        levels[level as usize].push(node);
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_more_than_the_deepest_predecessor() {
        let graph = Adjacency::new(5, [(0, 1), (1, 2), (0, 3), (2, 3), (4, 2)]);
        assert_eq!(level_numbers(&graph), [0, 1, 2, 3, 0]);
        assert_eq!(levels(&graph), [vec![0, 4], vec![1], vec![2], vec![3]]);
        assert!(levels(&Adjacency::new(0, [])).is_empty());
    }
}
