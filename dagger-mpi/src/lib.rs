//! Ranks over MPI: a [`Transport`](dagger_core::seam::Transport) for any MPI that the crate `mpi` builds with.
//!
//! A program gets it by building with the feature `mpi` of `dagger`: being linked is enough, since the crate registers itself with
//! [`dagger_core::launch`], which asks for it when a launcher has started the program as several processes.
//!
//! | module | what it does |
//! |---|---|
//! | `call` | every call of MPI, one function each, with its return code checked |
//! | `world` | starting and ending MPI once a process, and ending the whole job when a rank fails |
//! | `header` | what goes ahead of bulk pieces: the head, their sizes, and the small ones themselves |
//! | `engine` | what is being sent and received now |
//! | `transport` | the seam: queues between threads and the engine, and waiting |
//!
//! # How it uses MPI
//!
//! A message is one MPI message, its *header*, and one more for each large piece, all between the same two ranks, so MPI keeps them in
//! order. Headers are found by a matched probe for any source. They tell how large the pieces are, and so each piece is received
//! straight into the memory it stays in. Pieces are sent from where they lie and kept until MPI has let go of them. Those longer than
//! a chunk (1 GiB) go in several messages, since MPI counts in `int`.
//!
//! All calls are made under one lock, so MPI's thread level *serialised* is enough and is what is asked for: it saves MPI
//! locks of its own. With less than that, starting fails and says so.
//!
//! It deliberately schedules nothing, starts no thread, and uses no collectives but at the end.

mod call;
mod engine;
mod header;
mod register;
mod transport;
mod world;

pub use transport::{Limits, MpiTransport};
pub use world::library_version;
