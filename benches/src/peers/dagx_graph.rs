//! Graphs in dagx, on tokio.
//!
//! A dagx graph runs once and is then used up, and its values flow through channels instead of staying in slots.
//! So every run needs a new graph; whether building it is timed is the question's choice. dagx adds typed tasks
//! with a fixed number of inputs, hence one task type for each.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use dagx::{DagRunner, Task, TaskHandle, task};

use super::tokio_pool;
use crate::harness::{Batch, Failure, time, time_part};
use crate::shape::{Oracle, Shape, digest};

struct Source;

#[task]
impl Source {
    async fn run() -> u64 {
        0
    }
}

struct Node1;

#[task]
impl Node1 {
    async fn run(a: &u64) -> u64 {
        a.wrapping_add(1)
    }
}

struct Node2;

#[task]
impl Node2 {
    async fn run(a: &u64, b: &u64) -> u64 {
        a.wrapping_add(*b).wrapping_add(1)
    }
}

struct Node3;

#[task]
impl Node3 {
    async fn run(a: &u64, b: &u64, c: &u64) -> u64 {
        a.wrapping_add(*b).wrapping_add(*c).wrapping_add(1)
    }
}

/// A graph that has not run yet.
pub struct DagxGraph {
    dag: DagRunner,
    handles: Vec<TaskHandle<u64>>,
}

impl DagxGraph {
    /// Builds the graph of `shape`.
    ///
    /// # Panics
    /// If the shape's nodes have more than three inputs.
    pub fn build<const K: usize>(shape: &Shape<K>) -> DagxGraph {
        let dag = DagRunner::new();
        let mut handles = Vec::with_capacity(shape.nodes() + 1);
        handles.push(dag.add_task(Source).depends_on(()));
        for slots in &shape.inputs {
            let input = |position: usize| &handles[slots[position] as usize];
            let handle = match K {
                1 => dag.add_task(Node1).depends_on(input(0)),
                2 => dag.add_task(Node2).depends_on((input(0), input(1))),
                3 => dag
                    .add_task(Node3)
                    .depends_on((input(0), input(1), input(2))),
                _ => panic!("no dagx task with {K} inputs"),
            };
            handles.push(handle);
        }
        DagxGraph { dag, handles }
    }

    /// Runs it on tokio and returns it, to be read.
    pub fn run(self, threads: usize) -> DagxGraph {
        tokio_pool::run(threads, async move {
            let spawn = |future| {
                tokio::spawn(future);
            };
            self.dag.run(spawn).await.expect("no task fails");
            self
        })
    }

    /// The digest of its values.
    pub fn digest(&self) -> u64 {
        digest(
            self.handles
                .iter()
                .map(|&handle| self.dag.get(handle).expect("the task has run")),
        )
    }
}

/// Times the runs alone: every run has its graph built beforehand.
///
/// # Errors
/// [`Failure::Wrong`] where the values are.
pub fn sample_runs<const K: usize>(
    shape: &Rc<Shape<K>>,
    oracle: &mut Oracle<K>,
    threads: usize,
    batch: Batch,
) -> Result<Duration, Failure> {
    let last = Cell::new(None);
    let build = || {
        // The graph of the run before is freed here, outside the clock.
        last.set(None);
        DagxGraph::build(shape)
    };
    let elapsed = time_part(batch, &(), build, |graph| {
        last.set(Some(graph.run(threads)))
    })?;
    expect(oracle.after(1), last.take())?;
    Ok(elapsed)
}

/// Times building and running together.
///
/// # Errors
/// [`Failure::Wrong`] where the values are.
pub fn sample_build_and_run<const K: usize>(
    shape: &Rc<Shape<K>>,
    oracle: &mut Oracle<K>,
    threads: usize,
    batch: Batch,
) -> Result<Duration, Failure> {
    let mut last = None;
    let elapsed = time(batch, &(), || {
        last = Some(DagxGraph::build(shape).run(threads))
    })?;
    expect(oracle.after(1), last)?;
    Ok(elapsed)
}

/// Times building alone.
///
/// # Errors
/// [`Failure::Wrong`] where the last graph, which is run afterwards, has wrong values.
pub fn sample_build<const K: usize>(
    shape: &Rc<Shape<K>>,
    oracle: &mut Oracle<K>,
    threads: usize,
    batch: Batch,
) -> Result<Duration, Failure> {
    let mut last = None;
    let elapsed = time(batch, &(), || last = Some(DagxGraph::build(shape)))?;
    expect(oracle.after(1), last.map(|graph| graph.run(threads)))?;
    Ok(elapsed)
}

fn expect(expected: u64, graph: Option<DagxGraph>) -> Result<(), Failure> {
    match graph.map(|graph| graph.digest()) {
        Some(digest) if digest != expected => Err(Failure::Wrong(format!(
            "the values add up to {digest}, not {expected}"
        ))),
        _ => Ok(()),
    }
}
