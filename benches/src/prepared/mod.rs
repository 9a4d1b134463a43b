//! Graphs that are prepared once and run many times, with nodes that do next to nothing.
//!
//! A node adds its inputs and one to its own slot; [`crate::shape`] says why. A file a shape, each with Dagger's textbook
//! loop; the other contenders take any shape.

pub mod chain;
pub mod random;
pub mod stencil;
pub mod tree;
pub mod wavefront;

use std::cell::RefCell;
use std::rc::Rc;

use crate::harness::{Effort, LineUp, Question, Unit};
use crate::peers::dagx_graph;
use crate::peers::openmp::OpenMpGraph;
use crate::peers::rayon_graph::RayonGraph;
use crate::peers::serial_graph::SerialGraph;
use crate::peers::tbb::TbbGraph;
use crate::shape::{Check, Oracle, Shape};

const HOW: &str = "The graph is made outside the clock and run again and again; a node adds its inputs and one to its \
own slot. rayon has no graphs: its contender keeps join counters by hand and spawns into a scope. dagx graphs run once, \
so each has a new one, built outside the clock. OpenMP keeps no graphs and finds the dependencies in every run. The \
serial contender is a bare loop over join counters.";

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    vec![
        chain::question(effort),
        wavefront::question(effort),
        tree::question(effort),
        stencil::question(effort),
        random::question(effort),
    ]
}

/// The question for a shape of so many nodes; `line_up` adds Dagger's side and [`peers`] the others.
fn question(name: String, nodes: usize, line_up: impl Fn(usize) -> LineUp + 'static) -> Question {
    Question::new(
        format!("prepared/{name}"),
        Unit::nanoseconds("node", nodes as u64),
        HOW,
        line_up,
    )
}

/// Adds everybody but Dagger.
fn peers<const K: usize>(
    line_up: LineUp,
    shape: &Rc<Shape<K>>,
    oracle: &Rc<RefCell<Oracle<K>>>,
    threads: usize,
) -> LineUp {
    let line_up = without_dagx(line_up, shape, oracle, threads);
    let (shape, oracle) = (Rc::clone(shape), Rc::clone(oracle));
    line_up.peer("dagx, one graph a run", move |batch| {
        dagx_graph::sample_runs(&shape, &mut oracle.borrow_mut(), threads, batch)
    })
}

/// Adds everybody but Dagger and dagx, which needs seconds for a graph of a million nodes.
fn without_dagx<const K: usize>(
    line_up: LineUp,
    shape: &Rc<Shape<K>>,
    oracle: &Rc<RefCell<Oracle<K>>>,
    threads: usize,
) -> LineUp {
    let mut rayon = RayonGraph::new(shape, Check::new(oracle));
    let mut tbb = TbbGraph::new(shape, Check::new(oracle), threads);
    let mut openmp = OpenMpGraph::new(shape, Check::new(oracle));
    let mut serial = SerialGraph::new(shape, Check::new(oracle));
    line_up
        .peer("oneTBB flow graph", move |batch| tbb.sample_runs(batch))
        .peer("rayon scope, counters by hand", move |batch| {
            rayon.sample(threads, batch)
        })
        .peer("OpenMP depend, anew each run", move |batch| {
            openmp.sample(threads, batch)
        })
        .serial("bare serial loop", move |batch| serial.sample(batch))
}
