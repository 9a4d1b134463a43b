//! Task Bench: one benchmark for many task systems, here for Dagger and peers of it.
//!
//! Slaughter et al., *Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime Performance*, SC20. A task
//! graph is `steps` rows of at most `width` points. A task is one point of one row; which points of the row before it
//! needs is the *dependence pattern*, and what it does is the *kernel*. Every task checks every byte of every input, so
//! that a system which runs tasks too early, or hands the wrong value on, is found out.
//!
//! The flags, the patterns, the kernels, what counts as a FLOP and the lines of the report are those of the original, so that
//! figures can be compared. What an executor adds, Dagger's or a peer's, is in [`executor`].
//!
//! * [`arguments`] reads the command line into an [`App`] of [`TaskGraph`]s.
//! * [`graph`] holds a graph's extent, [`pattern`] its dependences, [`kernel`] what its tasks do, [`uniform`] the randomness of both.
//! * [`well_formed`] looks a graph over before it runs.
//! * [`point`] executes a task: validation, output, kernel.
//! * [`schedule`] lists all tasks of all graphs with the places of their inputs and outputs, before the clock starts.
//! * [`executor`] runs a schedule, in one of several ways.
//! * [`report`] counts and prints.
//! * [`metg`] finds the minimum effective task granularity of a sweep.
//! * [`mpi`] finds and runs the reference program in plain MPI.

#![deny(unsafe_code)]

pub mod arguments;
pub mod executor;
pub mod graph;
pub mod kernel;
pub mod metg;
pub mod mpi;
pub mod pattern;
pub mod point;
pub mod report;
pub mod schedule;
pub mod uniform;
pub mod well_formed;

pub use arguments::App;
pub use executor::Executor;
pub use graph::{Interval, TaskGraph};
pub use kernel::{Kernel, KernelKind};
pub use pattern::Pattern;
pub use schedule::Schedule;
