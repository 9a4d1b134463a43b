//! Transitive reduction: the fewest edges that keep every order.
//!
//! For a graph without cycles the reduction is unique. It is found here with
//! bitsets of ancestors, in slices of the node range so that memory stays
//! bounded: time is edges × nodes / 64 word operations, whatever the slice.

use crate::adjacency::Adjacency;

/// How many words the ancestor bits of all nodes may take at a time (32 MiB).
const BUDGET_WORDS: usize = 1 << 22;

/// The edges of `graph` that no longer path replaces, by first node and then by second.
///
/// Edges that do not go forward are left out.
pub fn transitive_reduction(graph: &Adjacency) -> Vec<(u32, u32)> {
    let words = (BUDGET_WORDS / graph.len().max(1)).clamp(1, graph.len().div_ceil(64).max(1));
    let mut kept = Vec::new();
    let mut first = 0;
    while first < graph.len() {
        reduce_slice(graph, first, words, &mut kept);
        first += words * 64;
    }
    kept.sort_unstable();
    kept
}

/// Appends the edges to keep that start at the `words * 64` nodes from `first` on.
fn reduce_slice(graph: &Adjacency, first: usize, words: usize, kept: &mut Vec<(u32, u32)>) {
    let len = graph.len();
    // Row `node - first`: which nodes of the slice are its proper ancestors.
    let mut ancestors = vec![0_u64; (len - first) * words];
    let end = (first + words * 64).min(len);
    for node in first + 1..len {
        let (before, rest) = ancestors.split_at_mut((node - first) * words);
        let row = &mut rest[..words];
        let predecessors = || {
            let all = graph.predecessors(node).iter().map(|&p| p as usize);
            all.filter(|&p| first <= p && p < node)
        };
        for p in predecessors() {
            for (word, bits) in row.iter_mut().zip(&before[(p - first) * words..][..words]) {
                *word |= bits;
            }
        }
        // So far the row has only what lies behind a predecessor: a predecessor among it is reached twice.
        for p in predecessors().filter(|&p| p < end) {
            let (word, bit) = ((p - first) / 64, 1 << ((p - first) % 64));
            if row[word] & bit == 0 {
                kept.push((p as u32, node as u32));
            }
        }
        for p in predecessors().filter(|&p| p < end) {
            row[(p - first) / 64] |= 1 << ((p - first) % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_that_a_path_replaces_goes() {
        let graph = Adjacency::new(4, [(0, 1), (1, 2), (0, 2), (2, 3), (0, 3), (1, 3)]);
        assert_eq!(transitive_reduction(&graph), [(0, 1), (1, 2), (2, 3)]);
        let diamond = [(0, 1), (0, 2), (1, 3), (2, 3)];
        assert_eq!(transitive_reduction(&Adjacency::new(4, diamond)), diamond);
        assert!(transitive_reduction(&Adjacency::new(0, [])).is_empty());
    }

    #[test]
    fn slices_agree_with_the_whole() {
        // Every node waits for those 1, 2, 7 and 65 before it; what remains is a chain.
        let edges =
            (0..300_u32).flat_map(|to| [1, 2, 7, 65].map(|back| (to.wrapping_sub(back), to)));
        let graph = Adjacency::new(300, edges.filter(|(from, to)| from < to));
        let mut kept = Vec::new();
        for first in (0..300).step_by(64) {
            reduce_slice(&graph, first, 1, &mut kept);
        }
        kept.sort_unstable();
        assert_eq!(kept, transitive_reduction(&graph));
        assert!(kept.into_iter().eq((0..299).map(|node| (node, node + 1))));
    }
}
