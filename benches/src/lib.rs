//! Dagger measured beside its peers, one question a file.
//!
//! A question is a program with a known answer: Fibonacci numbers by recursion, a wavefront of empty nodes, ten
//! thousand spawned tasks. Every contender answers it in the same process, in turns, with the same number of
//! threads, and its answer is checked after every sample, so that nobody wins by leaving work out.
//!
//! * [`harness`] turns contenders into figures: calibration, rounds, medians, aims, tables.
//! * [`peers`] holds what several questions need of another library: its pool, its graph, its C++ side.
//! * [`ours`] does the same for Dagger.
//! * [`metg`] is a suite of its own: sweeps of Task Bench, whose graphs and executors are in the package `task-bench`.
//! * [`arrays`] is a suite of its own.
//! * The other modules hold the questions; [`questions`] lists them.
//!
//! What this package deliberately does not do: it never fails because something was slow. It prints figures and
//! whether an aim was reached. It fails only when a contender's answer is wrong.

pub mod arrays;
pub mod busy;
pub mod coarse;
pub mod dynamic;
pub mod fine;
pub mod fork_join;
pub mod harness;
pub mod metg;
pub mod ours;
pub mod peers;
pub mod placement;
pub mod prepared;
pub mod ranks;
pub mod shape;
pub mod static_graph;
pub mod unfold;
pub mod wire;

use harness::{Effort, Question};

/// Every question, in the order of the report.
pub fn questions(effort: Effort) -> Vec<Question> {
    let mut questions = Vec::new();
    questions.extend(static_graph::questions(effort));
    questions.extend(prepared::questions(effort));
    questions.extend(unfold::questions(effort));
    questions.extend(fork_join::questions(effort));
    questions.extend(dynamic::questions(effort));
    questions.extend(fine::questions(effort));
    questions.extend(coarse::questions(effort));
    questions.extend(placement::questions(effort));
    questions.extend(wire::questions(effort));
    questions
}
