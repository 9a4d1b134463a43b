//! Ranks by the thousand on one machine: the placement, the dispatch and the graph code of real runs, against ranks and a
//! network that exist in virtual time only.
//!
//! What is real: [`dagger_core::placement::Learned`] decides, [`dagger_core::dispatch`] keeps the books of driver and ranks and
//! writes the messages, `dagger-ir` finds the longest path. The driver's own time is measured (processor time of the thread, so that a busy
//! machine does not count) and passes in the simulation too. What is simulated: tasks take the time their [`program`] says, times noise and the
//! rank's slowness; messages take latency and bandwidth and queue at network interfaces ([`network`]).
//!
//! | module | what it does |
//! |---|---|
//! | [`machine`] | the ranks: how many, how fast, how connected |
//! | [`program`] | the graphs: tiled Cholesky, a stencil, the tutorial's, jobs of uneven length |
//! | [`network`] | when a message arrives |
//! | [`agenda`] | events in order |
//! | [`world`] | a run: driver, ranks and what happens to them |
//! | [`bounds`] | what no schedule can beat |
//! | [`outcome`] | figures of a run, and the table |
//! | [`picture`] | the drawing |
//! | [`stopwatch`] | processor time of this thread |
//!
//! Deliberately not here: failures, memory limits, topology beyond one switch.

pub mod agenda;
pub mod bounds;
mod driver;
pub mod machine;
pub mod network;
pub mod outcome;
pub mod picture;
pub mod program;
pub mod stopwatch;
pub mod world;

pub use machine::{DriverCost, Machine};
pub use outcome::Outcome;
pub use program::Program;
pub use world::{run, run_with};
