//! The tutorial's graph: 100 nodes that each invert a matrix, and 50 that each add up all inverses.

use super::{Node, Program, noisy};
use fastrand::Rng;

/// Inverting 100×100 doubles, and adding up a hundred such matrices.
const INVERT: f64 = 250e-6;
const ADD: f64 = 300e-6;
const BYTES: u64 = 100 * 100 * 8;

/// 150 nodes, 5,000 edges.
#[derive(Clone, Copy, Debug)]
pub struct Tutorial;

impl Program for Tutorial {
    fn name(&self) -> String {
        "tutorial's graph, 100 → 50 nodes".to_owned()
    }

    fn tasks(&self) -> &'static [&'static str] {
        &["invert", "add"]
    }

    fn variables(&self) -> usize {
        150
    }

    fn nodes(&self, seed: u64) -> Box<dyn Iterator<Item = Node> + '_> {
        let mut rng = Rng::with_seed(seed);
        Box::new((0..150).map(move |number| {
            let adds = number >= 100;
            Node {
                task: usize::from(adds),
                seconds: noisy(if adds { ADD } else { INVERT }, &mut rng),
                reads: if adds { (0..100).collect() } else { Vec::new() },
                writes: number,
                in_place: false,
                bytes: if adds { 8 } else { BYTES },
                priority: 0,
            }
        }))
    }
}
