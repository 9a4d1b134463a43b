//! The bare serial loop over join counters: what a graph costs when nothing is shared.

use std::rc::Rc;
use std::time::Duration;

use crate::harness::{Batch, Failure, time};
use crate::shape::{Check, Shape, digest};

/// A graph with its counters, for one thread.
pub struct SerialGraph<const K: usize> {
    shape: Rc<Shape<K>>,
    waiting_for: Vec<u32>,
    ready: Vec<u32>,
    sources: Vec<u32>,
    slots: Vec<u64>,
    check: Check<K>,
}

impl<const K: usize> SerialGraph<K> {
    /// Ready to run.
    pub fn new(shape: &Rc<Shape<K>>, check: Check<K>) -> SerialGraph<K> {
        SerialGraph {
            waiting_for: shape.joins.clone(),
            ready: Vec::with_capacity(shape.nodes()),
            sources: shape.sources().collect(),
            slots: vec![0; shape.nodes() + 1],
            shape: Rc::clone(shape),
            check,
        }
    }

    /// Runs it as often as `batch` says and checks the slots.
    ///
    /// # Errors
    /// [`Failure::Wrong`] where the slots are.
    pub fn sample(&mut self, batch: Batch) -> Result<Duration, Failure> {
        let elapsed = time(batch, &(), || self.run())?;
        self.check
            .after(batch.total(), digest(self.slots.iter().copied()))?;
        Ok(elapsed)
    }

    fn run(&mut self) {
        let shape = &*self.shape;
        self.ready.extend_from_slice(&self.sources);
        while let Some(node) = self.ready.pop() {
            shape.run_node_alone(node, &mut self.slots);
            for &successor in shape.successors(node) {
                let waiting = &mut self.waiting_for[successor as usize];
                *waiting -= 1;
                if *waiting == 0 {
                    *waiting = shape.joins[successor as usize];
                    self.ready.push(successor);
                }
            }
        }
    }
}
