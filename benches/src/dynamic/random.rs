//! A random graph spawned task by task: every task takes the results of two earlier ones.

use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::dagx_graph;
use crate::peers::openmp::OpenMpGraph;
use crate::peers::tbb::TbbGraph;
use crate::shape::{self, Check, Oracle};

/// Nanoseconds a task of a graph of 2¹⁶.
pub fn question(effort: Effort) -> Question {
    let exponent = effort.size(16, 10);
    let tasks: usize = 1 << exponent;
    let how = "Every task takes the results of two earlier ones, drawn with a fixed seed, and is spawned before they are \
               known to be ready. The graph libraries make their graph and run it once. rayon has no tasks that wait for \
               others.";
    let unit = Unit::nanoseconds("task", tasks as u64);
    Question::new(
        format!("spawn/random 2^{exponent}"),
        unit,
        how,
        move |threads| line_up(tasks, threads),
    )
    .aim(Goal::AtMost(150.0))
    .profile(
        "Waiting for memory: 12 MB of tasks, used in no order. Of the samples on one thread, 15 % are at the load of an edge of a \
         task that has ended, 9 % at the lines of the two dependencies while spawning, 8 % at their values while running, 5 % at the next task in the \
         queue, 4 % at a dependent's count. Large pages make no difference, nor does it to take the blocks from earlier graphs' instead of \
         from the system. On two threads the figure is 140 to 450 from one run to the next: it depends on \
         how soon the second thread takes tasks, which are then still in the cache.",
    )
}

fn line_up(tasks: usize, threads: usize) -> LineUp {
    let shape = Rc::new(shape::random(tasks));
    let oracle = Oracle::new(&shape);
    let expected = oracle.borrow_mut().after(1);
    let mut tbb = TbbGraph::new(&shape, Check::new(&oracle), threads);
    let mut openmp = OpenMpGraph::new(&shape, Check::new(&oracle));
    let inputs = shape.inputs.clone();
    let (dagx_shape, serial_shape) = (Rc::clone(&shape), shape);
    LineUp::new()
        .ours(move |batch| crate::ours::sample(threads, batch, &expected, || ours::random(&inputs)))
        .peer("oneTBB flow graph", move |batch| {
            tbb.sample_build_and_run(batch)
        })
        .peer("OpenMP depend", move |batch| openmp.sample(threads, batch))
        .peer("dagx", move |batch| {
            dagx_graph::sample_build_and_run(&dagx_shape, &mut oracle.borrow_mut(), threads, batch)
        })
        .serial("plain loop", move |batch| {
            time(batch, &expected, || {
                let mut slots = vec![0; tasks + 1];
                for node in 0..tasks as u32 {
                    serial_shape.run_node_alone(node, &mut slots);
                }
                shape::digest(slots)
            })
        })
}

mod ours {
    use dagger::prelude::*;

    #[task]
    fn node(a: &u64, b: &u64) -> u64 {
        a.wrapping_add(*b).wrapping_add(1)
    }

    #[task]
    fn zero() -> u64 {
        0
    }

    pub(super) fn random(inputs: &[[u32; 2]]) -> u64 {
        let mut tasks: Vec<Task<u64>> = Vec::with_capacity(inputs.len() + 1);
        tasks.push(spawn!(zero()));
        for [a, b] in inputs {
            let (a, b) = (&tasks[*a as usize], &tasks[*b as usize]);
            let task = spawn!(node(a, b));
            tasks.push(task);
        }
        tasks.into_iter().fold(0, |sum, task| {
            sum.wrapping_add(task.fetch().expect("no task fails"))
        })
    }
}
