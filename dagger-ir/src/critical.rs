//! Longest paths: how urgent a node is, and which chain bounds the run.
//!
//! The upward rank is the one of HEFT (Topcuoglu, Hariri, Wu: "Performance-effective
//! and low-complexity task scheduling for heterogeneous computing", 2002) without
//! communication costs. Costs are whatever the caller counts in: nodes, seconds.

use crate::adjacency::Adjacency;

/// For every node the cost of the longest chain from it to a sink, its own cost included.
///
/// `cost` is asked once a node; a negative or undefined cost counts as 0.
/// Edges that do not go forward are passed over.
pub fn upward_ranks(graph: &Adjacency, cost: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut ranks = vec![0.0_f64; graph.len()];
    for node in (0..graph.len()).rev() {
        let rest = forward(graph.successors(node), node)
            .map(|next| ranks[next])
            .fold(0.0, f64::max);
        // `max` returns the other operand for an undefined cost.
        ranks[node] = rest + cost(node).max(0.0);
    }
    ranks
}

/// The nodes of the costliest chain, first to last; ties go to the smaller number at each step.
///
/// `cost` is asked once a node; a negative or undefined cost counts as 0.
/// Edges that do not go forward are passed over.
pub fn critical_path(graph: &Adjacency, cost: impl Fn(usize) -> f64) -> Vec<u32> {
    let ranks = upward_ranks(graph, cost);
    let mut path = Vec::new();
    // A chain of costliest rank begins at a source or at a node whose predecessors all cost nothing; the
    // smallest number wins among equals, and that is never after one of its own predecessors.
    let mut next = most_urgent(0..graph.len(), &ranks);
    while let Some(node) = next {
        path.push(node as u32);
        next = most_urgent(forward(graph.successors(node), node), &ranks);
    }
    path
}

/// Answers quickly whether a node or an edge is part of a chain.
pub(crate) struct ChainSteps {
    next: Vec<Option<usize>>,
    last: Option<usize>,
}

impl ChainSteps {
    /// A chain of fewer than two nodes has no part worth pointing out.
    pub(crate) fn new(chain: &[usize]) -> Self {
        let last = if chain.len() > 1 {
            chain.last().copied()
        } else {
            None
        };
        let mut next = vec![None; last.map_or(0, |last| last + 1)];
        for step in chain.windows(2) {
            next[step[0]] = Some(step[1]);
        }
        Self { next, last }
    }

    pub(crate) fn visits(&self, node: usize) -> bool {
        self.last == Some(node) || self.next.get(node).is_some_and(Option::is_some)
    }

    pub(crate) fn takes(&self, from: usize, to: usize) -> bool {
        self.next.get(from) == Some(&Some(to))
    }
}

fn forward(successors: &[u32], node: usize) -> impl Iterator<Item = usize> + '_ {
    successors
        .iter()
        .map(|&next| next as usize)
        .filter(move |&next| next > node)
}

/// The first of the candidates that has the highest rank.
fn most_urgent(candidates: impl Iterator<Item = usize>, ranks: &[f64]) -> Option<usize> {
    candidates.reduce(|best, next| {
        if ranks[next] > ranks[best] {
            next
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_chains_wins() {
        let graph = Adjacency::new(5, [(0, 2), (0, 3), (1, 3), (2, 4), (3, 4)]);
        assert_eq!(critical_path(&graph, |_| 1.0), [0, 2, 4]);
        assert_eq!(upward_ranks(&graph, |_| 1.0), [3.0, 3.0, 2.0, 2.0, 1.0]);
        assert_eq!(
            critical_path(&graph, |node| [1.0, 2.0, 1.0, 1.0, 1.0][node]),
            [1, 3, 4]
        );
    }

    #[test]
    fn costs_that_make_no_sense_count_as_nothing() {
        let graph = Adjacency::new(3, [(0, 1), (1, 2)]);
        assert_eq!(
            upward_ranks(&graph, |node| [2.0, f64::NAN, -7.0][node]),
            [2.0, 0.0, 0.0]
        );
        assert_eq!(critical_path(&graph, |_| f64::NAN), [0, 1, 2]);
    }

    #[test]
    fn steps_of_a_chain() {
        let steps = ChainSteps::new(&[1, 4, 6]);
        assert!(steps.visits(1) && steps.visits(6) && !steps.visits(2) && !steps.visits(7));
        assert!(steps.takes(1, 4) && !steps.takes(1, 6) && !steps.takes(6, 7));
        assert!(!ChainSteps::new(&[3]).visits(3));
    }
}
