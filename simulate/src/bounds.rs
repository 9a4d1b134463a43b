//! What no schedule can beat: the longest path, and all work on all threads.

use crate::machine::Machine;
use crate::program::Program;
use dagger_ir::{Adjacency, upward_ranks};

/// Of a program, on an ordinary thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// How many nodes.
    pub nodes: usize,
    /// How many edges along which values flow.
    pub edges: usize,
    /// Seconds of all nodes together.
    pub work: f64,
    /// Seconds of the longest path.
    pub path: f64,
}

impl Bounds {
    /// Goes through the whole graph.
    pub fn of(program: &dyn Program, seed: u64) -> Self {
        let mut seconds = Vec::new();
        let mut makers: Vec<Option<u32>> = vec![None; program.variables()];
        let mut edges = Vec::new();
        for (number, node) in program.nodes(seed).enumerate() {
            let needs = node
                .reads
                .iter()
                .chain(node.in_place.then_some(&node.writes));
            for &variable in needs {
                edges.extend(makers[variable as usize].map(|maker| (maker, number as u32)));
            }
            makers[node.writes as usize] = Some(number as u32);
            seconds.push(node.seconds);
        }
        let graph = Adjacency::forward(seconds.len(), edges);
        let path = upward_ranks(&graph, |node| seconds[node])
            .into_iter()
            .fold(0.0, f64::max);
        Bounds {
            nodes: seconds.len(),
            edges: graph.edge_count(),
            work: seconds.iter().sum(),
            path,
        }
    }

    /// The least makespan on a machine.
    pub fn on(&self, machine: &Machine) -> f64 {
        let fastest = (0..machine.ranks)
            .map(|rank| machine.slowness(rank))
            .fold(f64::INFINITY, f64::min);
        (self.path * fastest).max(self.work / machine.power())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Jobs, Tutorial};

    #[test]
    fn of_jobs_the_longest_or_the_sum() {
        let bounds = Bounds::of(&Jobs::new([3.0, 1.0, 2.0]), 1);
        assert_eq!((bounds.nodes, bounds.edges), (3, 0));
        assert_eq!((bounds.work, bounds.path), (6.0, 3.0));
        assert_eq!(bounds.on(&Machine::new(1).threads(1)), 6.0);
        assert_eq!(bounds.on(&Machine::new(2).threads(4)), 3.0);
    }

    #[test]
    fn of_the_tutorial_s_graph() {
        let bounds = Bounds::of(&Tutorial, 1);
        assert_eq!((bounds.nodes, bounds.edges), (150, 5_000));
        assert!((450e-6..800e-6).contains(&bounds.path));
    }
}
