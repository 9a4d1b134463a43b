//! The seams: object-safe traits that ranks, devices and schedulers plug into, with reference implementations that need no
//! hardware. They are called per task or per message, never per element.
//!
//! | trait | what it is | reference here |
//! |---|---|---|
//! | [`Processor`] | what can run a task | [`CpuThread`] |
//! | [`Device`] | a processor with a memory of its own, that runs kernels | `dagger-cuda`, with a recording driver |
//! | [`Placement`] | which processor gets a task | [`RoundRobin`] |
//! | [`MemorySpace`] | where bytes live | [`HostMemory`] |
//! | [`Transport`] | messages between workers | [`Loopback`]; [`mesh`](crate::mesh) for several ranks in one process |
//!
//! A task with a scope asks the runtime's processors which of them satisfy it, and the placement which of those gets it. The other
//! two are contracts for the crates that follow; [`conformance`] checks any implementation against them.

pub mod conformance;
mod device;
mod memory;
mod placement;
mod processor;
mod traffic;
mod transport;

pub use device::{Device, Launch, Operand, Program};
pub use memory::{Allocation, HostMemory, MemorySpace, SpaceKind};
pub use placement::{
    Candidate, Decision, Input, Lesson, Placement, RoundRobin, TaskView, identity,
};
pub use processor::{CpuThread, Processor};
pub use traffic::{Traffic, Volume};
pub use transport::{Loopback, Message, PeerGone, Transport};
