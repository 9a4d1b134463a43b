//! A static chain of a hundred empty nodes: what is left of a node once the chain is fused.

use std::hint::black_box;

use dagx::{DagRunner, Task, task};

use crate::harness::{Batch, Effort, Goal, LineUp, Question, Unit, answered, time, time_part};
use crate::peers::dagrs_graph::{DagrsGraph, Function};
use crate::peers::{openmp, tbb, tokio_pool};

/// How many nodes the chain has.
const NODES: u64 = 100;

/// Nanoseconds a node.
pub fn question(_: Effort) -> Question {
    let unit = Unit::nanoseconds("node", NODES);
    let how = "A chain of 100 nodes, each adding one to the value before; the function is never inlined. Graph \
               libraries build their graph outside the clock; OpenMP has no graphs and makes its tasks in every run.";
    Question::new("static/chain 100", unit, how, line_up).aim(Goal::AtMost(2.0))
}

fn line_up(threads: usize) -> LineUp {
    let functions: Vec<Function> = vec![add_one; NODES as usize];
    let edges: Vec<(usize, usize)> = (1..functions.len()).map(|node| (node - 1, node)).collect();
    let mut dagrs = DagrsGraph::new(&functions, &edges);
    LineUp::new()
        .ours(move |batch| {
            crate::ours::sample(threads, batch, &NODES, || ours::chain(black_box(0)))
        })
        .peer("dagx", move |batch| with_dagx(threads, batch))
        .peer("dagrs", move |batch| dagrs.sample(threads, batch, NODES))
        .peer("oneTBB flow graph", move |batch| {
            answered(tbb::chain(batch, threads, NODES)?, NODES)
        })
        .peer("OpenMP depend", move |batch| {
            answered(openmp::chain(batch, threads, NODES)?, NODES)
        })
        .serial("plain calls", move |batch| {
            time(batch, &NODES, || plain(black_box(0)))
        })
}

#[inline(never)]
fn add_one(x: u64) -> u64 {
    x + 1
}

fn plain(x: u64) -> u64 {
    (0..NODES).fold(x, |x, _| add_one(x))
}

mod ours {
    use dagger::prelude::*;

    #[task]
    #[inline(never)]
    pub(super) fn add_one(x: u64) -> u64 {
        x + 1
    }

    #[rustfmt::skip]
    pub(super) fn chain(x: u64) -> u64 {
        dag! {
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x); let x = add_one(x);
            x
        }
        .expect("no node fails")
    }
}

struct Start;

#[task]
impl Start {
    async fn run() -> u64 {
        add_one(0)
    }
}

struct AddOne;

#[task]
impl AddOne {
    async fn run(x: &u64) -> u64 {
        add_one(*x)
    }
}

fn with_dagx(threads: usize, batch: Batch) -> Result<std::time::Duration, crate::harness::Failure> {
    let build = || {
        let dag = DagRunner::new();
        let mut last = dag.add_task(Start).depends_on(());
        for _ in 1..NODES {
            last = dag.add_task(AddOne).depends_on(last);
        }
        (dag, last)
    };
    time_part(batch, &NODES, build, |(dag, last)| {
        tokio_pool::run(threads, async move {
            let spawn = |future| {
                tokio::spawn(future);
            };
            dag.run(spawn).await.expect("no task fails");
            dag.get(last).expect("the task has run")
        })
    })
}
