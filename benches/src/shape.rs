//! Graphs of near-empty nodes: their shapes, and what a run of one must leave behind.
//!
//! Node `i` of a graph owns slot `i + 1`; slot 0 stands for "no input" and stays zero. Running node `i` adds
//! `1 +` the sum of its `K` input slots to its own slot. So a run that leaves a node out, runs one twice or runs
//! one before its inputs changes the slots, in this run and in all later ones: an [`Oracle`] that repeats the runs
//! serially knows what they must hold after any number of them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::harness::Failure;

/// A graph whose nodes have up to `K` inputs, in topological order.
#[derive(Clone, Debug)]
pub struct Shape<const K: usize> {
    /// The input slots of every node; 0 where it has fewer than `K`.
    pub inputs: Vec<[u32; K]>,
    /// Where a node's successors begin in `successors`; one more entry than there are nodes.
    pub first_successor: Vec<u32>,
    /// The successors of all nodes, one node's after the other's.
    pub successors: Vec<u32>,
    /// How many different nodes a node waits for.
    pub joins: Vec<u32>,
}

impl<const K: usize> Shape<K> {
    /// The graph of `nodes` nodes with the input slots that `inputs` gives for each.
    ///
    /// # Panics
    /// If a node's input is not the slot of an earlier node.
    pub fn new(nodes: usize, inputs: impl FnMut(usize) -> [u32; K]) -> Shape<K> {
        let inputs: Vec<[u32; K]> = (0..nodes).map(inputs).collect();
        let mut successors_of: Vec<Vec<u32>> = vec![Vec::new(); nodes];
        let mut joins = vec![0; nodes];
        for (node, slots) in inputs.iter().enumerate() {
            for (position, &slot) in slots.iter().enumerate() {
                assert!(
                    slot as usize <= node,
                    "node {node} reads the later slot {slot}"
                );
                if slot > 0 && !slots[..position].contains(&slot) {
                    successors_of[slot as usize - 1].push(node as u32);
                    joins[node] += 1;
                }
            }
        }
        let mut first_successor = vec![0];
        let mut successors = Vec::new();
        for list in successors_of {
            successors.extend(list);
            first_successor.push(successors.len() as u32);
        }
        Shape {
            inputs,
            first_successor,
            successors,
            joins,
        }
    }

    /// How many nodes it has.
    pub fn nodes(&self) -> usize {
        self.inputs.len()
    }

    /// The nodes that wait for `node`.
    pub fn successors(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.successors
            [self.first_successor[node] as usize..self.first_successor[node + 1] as usize]
    }

    /// The nodes that wait for none.
    pub fn sources(&self) -> impl Iterator<Item = u32> {
        self.joins
            .iter()
            .enumerate()
            .filter(|(_, joins)| **joins == 0)
            .map(|(node, _)| node as u32)
    }

    /// Runs a node on slots that threads share. Relaxed loads and stores are plain ones on every processor; the
    /// order between nodes is the business of whoever runs the graph.
    #[inline]
    pub fn run_node(&self, node: u32, slots: &[AtomicU64]) {
        let mut sum = 1u64;
        for &slot in &self.inputs[node as usize] {
            sum = sum.wrapping_add(slots[slot as usize].load(Ordering::Relaxed));
        }
        let own = &slots[node as usize + 1];
        own.store(
            own.load(Ordering::Relaxed).wrapping_add(sum),
            Ordering::Relaxed,
        );
    }

    /// Runs a node on slots of one thread.
    #[inline]
    pub fn run_node_alone(&self, node: u32, slots: &mut [u64]) {
        let sum = self.inputs[node as usize]
            .iter()
            .fold(1u64, |sum, &slot| sum.wrapping_add(slots[slot as usize]));
        let own = &mut slots[node as usize + 1];
        *own = own.wrapping_add(sum);
    }
}

/// One node after another.
pub fn chain(nodes: usize) -> Shape<1> {
    Shape::new(nodes, |node| [node as u32])
}

/// A square in which every node waits for its upper and its left neighbour.
pub fn wavefront(side: usize) -> Shape<2> {
    Shape::new(side * side, |node| {
        let (row, column) = (node / side, node % side);
        let up = if row > 0 { node - side + 1 } else { 0 };
        let left = if column > 0 { node } else { 0 };
        [up as u32, left as u32]
    })
}

/// A complete binary tree from the root down.
pub fn tree(nodes: usize) -> Shape<1> {
    Shape::new(nodes, |node| [node.div_ceil(2) as u32])
}

/// `steps` rows of `width` nodes; each waits for the three nearest nodes of the row before.
pub fn stencil(steps: usize, width: usize) -> Shape<3> {
    Shape::new(steps * width, |node| {
        let (step, column) = (node / width, node % width);
        let slot = |column: usize| ((step - 1) * width + column + 1) as u32;
        if step == 0 {
            return [0; 3];
        }
        let left = if column > 0 { slot(column - 1) } else { 0 };
        let right = if column + 1 < width {
            slot(column + 1)
        } else {
            0
        };
        [left, slot(column), right]
    })
}

/// Every node waits for two earlier ones, drawn evenly with a fixed seed.
pub fn random(nodes: usize) -> Shape<2> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = move |bound: u64| {
        // The xorshift generator of Marsaglia (2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound) as u32
    };
    Shape::new(nodes, |node| {
        let earlier = node as u64;
        if earlier == 0 {
            [0, 0]
        } else {
            [1 + below(earlier), 1 + below(earlier)]
        }
    })
}

/// Slots that threads share, all zero.
pub fn shared_slots(nodes: usize) -> Vec<AtomicU64> {
    (0..=nodes).map(|_| AtomicU64::new(0)).collect()
}

/// The sum of all slots, which tells one outcome from another.
pub fn digest(slots: impl IntoIterator<Item = u64>) -> u64 {
    slots.into_iter().fold(0, u64::wrapping_add)
}

/// The digest of slots that threads shared.
pub fn digest_shared(slots: &[AtomicU64]) -> u64 {
    digest(slots.iter().map(|slot| slot.load(Ordering::Relaxed)))
}

/// Knows what the slots hold after any number of runs.
pub struct Oracle<const K: usize> {
    shape: Rc<Shape<K>>,
    slots: Vec<u64>,
    /// The digest after so many runs.
    after: Vec<u64>,
}

impl<const K: usize> Oracle<K> {
    /// An oracle for `shape`, to be shared by all contenders.
    pub fn new(shape: &Rc<Shape<K>>) -> Rc<RefCell<Oracle<K>>> {
        let slots = vec![0; shape.nodes() + 1];
        Rc::new(RefCell::new(Oracle {
            shape: Rc::clone(shape),
            slots,
            after: vec![0],
        }))
    }

    /// The digest after `runs` runs.
    pub fn after(&mut self, runs: u64) -> u64 {
        while self.after.len() as u64 <= runs {
            for node in 0..self.shape.nodes() as u32 {
                self.shape.run_node_alone(node, &mut self.slots);
            }
            self.after.push(digest(self.slots.iter().copied()));
        }
        self.after[runs as usize]
    }
}

/// Counts a contender's runs and compares its slots with the oracle's.
pub struct Check<const K: usize> {
    oracle: Rc<RefCell<Oracle<K>>>,
    runs: u64,
}

impl<const K: usize> Check<K> {
    /// A contender that has not run yet.
    pub fn new(oracle: &Rc<RefCell<Oracle<K>>>) -> Check<K> {
        Check {
            oracle: Rc::clone(oracle),
            runs: 0,
        }
    }

    /// Compares `digest` after `runs` more runs.
    ///
    /// # Errors
    /// [`Failure::Wrong`] where they differ.
    pub fn after(&mut self, runs: u64, digest: u64) -> Result<(), Failure> {
        self.runs += runs;
        let expected = self.oracle.borrow_mut().after(self.runs);
        if digest == expected {
            return Ok(());
        }
        Err(Failure::Wrong(format!(
            "after {} runs the slots add up to {digest}, not {expected}",
            self.runs
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_the_edges_they_are_named_for() {
        assert_eq!(chain(3).inputs, [[0], [1], [2]]);
        assert_eq!(wavefront(2).inputs, [[0, 0], [0, 1], [1, 0], [2, 3]]);
        assert_eq!(tree(5).inputs, [[0], [1], [1], [2], [2]]);
        assert_eq!(stencil(2, 3).inputs[3..], [[0, 1, 2], [1, 2, 3], [2, 3, 0]]);
        assert_eq!(wavefront(2).joins, [0, 1, 1, 2]);
        assert_eq!(wavefront(2).successors(0), [1, 2]);
        assert_eq!(stencil(2, 3).sources().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn a_random_graph_is_the_same_every_time() {
        assert_eq!(random(1000).inputs, random(1000).inputs);
        assert!(random(1000).joins.iter().all(|&joins| joins <= 2));
    }

    #[test]
    fn an_input_that_is_read_twice_is_one_edge() {
        let shape = Shape::new(2, |node| [node as u32, node as u32]);
        assert_eq!(shape.joins, [0, 1]);
        assert_eq!(shape.successors(0), [1]);
    }

    #[test]
    fn the_oracle_sees_a_missing_a_repeated_and_an_early_node() {
        let shape = Rc::new(wavefront(4));
        let oracle = Oracle::new(&shape);
        let run = |order: &[u32]| {
            let slots = shared_slots(16);
            order.iter().for_each(|&node| shape.run_node(node, &slots));
            Check::new(&oracle).after(1, digest_shared(&slots))
        };
        let order: Vec<u32> = (0..16).collect();
        assert!(run(&order).is_ok());
        assert!(run(&order[..15]).is_err());
        assert!(run(&[&order[..], &[15]].concat()).is_err());
        let mut early = order.clone();
        early.swap(0, 1);
        assert!(run(&early).is_err());
    }

    #[test]
    fn later_runs_build_on_earlier_ones() {
        let shape = Rc::new(chain(2));
        let mut oracle = Oracle {
            shape,
            slots: vec![0; 3],
            after: vec![0],
        };
        // One run leaves 1 and 2; the second adds 1 and 1 + 2, which makes 2 and 5.
        assert_eq!(
            (oracle.after(0), oracle.after(1), oracle.after(2)),
            (0, 3, 7)
        );
        assert_eq!(oracle.after(1), 3);
    }
}
