//! A graph of join counters run by hand with `rayon::scope`: rayon has no graphs of its own.
//!
//! A finished node continues with one of the successors it made ready and spawns the others, as a careful user
//! would write it.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use rayon::Scope;

use super::rayon_pool;
use crate::harness::{Batch, Failure};
use crate::shape::{Check, Shape, digest_shared, shared_slots};

/// A graph with its counters, for threads to share.
pub struct RayonGraph<const K: usize> {
    shared: Shared<K>,
    sources: Vec<u32>,
    check: Check<K>,
}

struct Shared<const K: usize> {
    shape: Shape<K>,
    waiting_for: Vec<AtomicU32>,
    slots: Vec<AtomicU64>,
}

impl<const K: usize> RayonGraph<K> {
    /// Ready to run.
    pub fn new(shape: &Rc<Shape<K>>, check: Check<K>) -> RayonGraph<K> {
        let shared = Shared {
            waiting_for: shape
                .joins
                .iter()
                .map(|&joins| AtomicU32::new(joins))
                .collect(),
            slots: shared_slots(shape.nodes()),
            shape: Shape::clone(shape),
        };
        RayonGraph {
            sources: shape.sources().collect(),
            shared,
            check,
        }
    }

    /// Runs it as often as `batch` says and checks the slots.
    ///
    /// # Errors
    /// [`Failure::Wrong`] where the slots are.
    pub fn sample(&mut self, threads: usize, batch: Batch) -> Result<Duration, Failure> {
        let (shared, sources) = (&self.shared, &self.sources);
        let elapsed = rayon_pool::sample(threads, batch, &(), || {
            rayon::scope(|scope| {
                for &source in sources {
                    scope.spawn(move |scope| shared.run_from(source, scope));
                }
            });
        })?;
        self.check
            .after(batch.total(), digest_shared(&self.shared.slots))?;
        Ok(elapsed)
    }
}

impl<const K: usize> Shared<K> {
    fn run_from<'scope>(&'scope self, node: u32, scope: &Scope<'scope>) {
        let mut next = Some(node);
        while let Some(node) = next.take() {
            self.shape.run_node(node, &self.slots);
            for &successor in self.shape.successors(node) {
                let waiting = &self.waiting_for[successor as usize];
                // AcqRel: the last decrement sees what the nodes of all earlier ones wrote.
                if waiting.fetch_sub(1, Ordering::AcqRel) != 1 {
                    continue;
                }
                // Relaxed: the next run's decrements come after this run's end, which the scope orders.
                waiting.store(self.shape.joins[successor as usize], Ordering::Relaxed);
                if next.is_none() {
                    next = Some(successor);
                } else {
                    scope.spawn(move |scope| self.run_from(successor, scope));
                }
            }
        }
    }
}
