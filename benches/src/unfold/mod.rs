//! Graphs that are unfolded from a loop nest at run time: what a node costs the first time.
//!
//! Three questions a shape: making the graph alone, making it and running it once, and running the loop without
//! keeping a graph. The shapes are those of [`crate::prepared`].

pub mod random;
pub mod wavefront;

use std::cell::RefCell;
use std::rc::Rc;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, time};
use crate::peers::dagx_graph;
use crate::peers::openmp::OpenMpGraph;
use crate::peers::tbb::TbbGraph;
use crate::shape::{Check, Oracle, Shape, digest};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    [wavefront::questions(effort), random::questions(effort)]
        .into_iter()
        .flatten()
        .collect()
}

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Making the graph; it is run and freed outside the clock.
    Prepare,
    /// Making the graph, running it once, freeing it.
    FirstRun,
    /// Running the loop; no graph is kept.
    Loop,
}

impl Stage {
    /// The question about this stage, for a shape of so many nodes.
    fn question(
        self,
        shape: &str,
        nodes: usize,
        line_up: impl Fn(usize) -> LineUp + 'static,
    ) -> Question {
        let (name, how): (_, &'static str) = match self {
            Stage::Prepare => (
                "prepare",
                "Making the graph alone; it is run and freed outside the clock.",
            ),
            Stage::FirstRun => (
                "prepare and first run",
                "Making the graph, running it once and freeing it.",
            ),
            Stage::Loop => (
                "run the loop",
                "Running the loop nest once; no graph is kept. OpenMP finds the dependencies as it goes; the graph \
                 libraries must make a graph, run it and free it.",
            ),
        };
        let unit = Unit::nanoseconds("node", nodes as u64);
        let question = Question::new(format!("unfold/{shape}, {name}"), unit, how, line_up);
        match self {
            Stage::Prepare => question.on(&[1]).aim(Goal::AtMost(60.0)).profile(
                "Of the random graph, 45 % is looking up who used an element before: records of a quarter of a cache line, \
                 in no order (a third of that is waiting for memory, most of the rest branches that depend on chance: how many readers there are \
                 already); 12 % is readers beyond the third, 9 % copying closures. Fetching the records of a node side by side, before any is \
                 looked at, was tried and is slower (76 ns where it was 73): noting the accesses costs more than it hides.",
            ),
            Stage::FirstRun | Stage::Loop => question.aim(Goal::AtMost(100.0)),
        }
    }
}

/// Adds everybody but Dagger. The serial contender is the plain loop over the nodes in order.
fn peers<const K: usize>(
    line_up: LineUp,
    stage: Stage,
    shape: &Rc<Shape<K>>,
    oracle: &Rc<RefCell<Oracle<K>>>,
    threads: usize,
) -> LineUp {
    let mut tbb = TbbGraph::new(shape, Check::new(oracle), threads);
    let mut openmp = OpenMpGraph::new(shape, Check::new(oracle));
    let (dagx_shape, dagx_oracle) = (Rc::clone(shape), Rc::clone(oracle));
    let line_up = line_up
        .peer("oneTBB flow graph", move |batch| match stage {
            Stage::Prepare => tbb.sample_build(batch),
            Stage::FirstRun | Stage::Loop => tbb.sample_build_and_run(batch),
        })
        .peer("dagx", move |batch| {
            let oracle = &mut dagx_oracle.borrow_mut();
            match stage {
                Stage::Prepare => dagx_graph::sample_build(&dagx_shape, oracle, threads, batch),
                Stage::FirstRun | Stage::Loop => {
                    dagx_graph::sample_build_and_run(&dagx_shape, oracle, threads, batch)
                }
            }
        });
    let line_up = match stage {
        Stage::Prepare => line_up,
        Stage::FirstRun | Stage::Loop => {
            line_up.peer("OpenMP depend", move |batch| openmp.sample(threads, batch))
        }
    };
    let (shape, mut check) = (Rc::clone(shape), Check::new(oracle));
    let mut slots = vec![0; shape.nodes() + 1];
    line_up.serial("plain loop", move |batch| {
        let elapsed = time(batch, &(), || {
            for node in 0..shape.nodes() as u32 {
                shape.run_node_alone(node, &mut slots);
            }
        })?;
        check.after(batch.total(), digest(slots.iter().copied()))?;
        Ok(elapsed)
    })
}
