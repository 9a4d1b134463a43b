//! Task graphs as data.
//!
//! A graph is a list of nodes in *program order* and a list of edges between
//! them. `dag!` builds it from the accesses its nodes make while it expands,
//! and the emitted program keeps it as a `static`, so that what was settled at
//! compile time can be looked at at run time. The same types serve both: every
//! list and string is a [`Cow`](std::borrow::Cow), owned at expansion and
//! borrowed in the binary.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`access`] | what a node does to a variable | places that conflict or do not |
//! | [`hazard`] | accesses in program order | edges |
//! | [`order`] | any directed graph | a topological order, or the cycle that forbids one |
//! | [`last_use`] | accesses in program order | the node that may take each value |
//! | [`reduce`] | edges | the fewest edges with the same meaning |
//! | [`critical`] | edges and costs | longest paths |
//! | [`level`] | edges | levels |
//! | [`antichain`] | edges | the most nodes that can run at once |
//! | [`fuse`](mod@fuse) | edges | the tables an executor runs from |
//! | [`graph`] | all of it | what `name::graph()` returns |
//! | [`dot`], [`svg`] | a [`Graph`] | pictures |
//! | [`kernel`] | the body of a `#[kernel]` | data that can be written down in another language |
//!
//! This crate never sees tokens, has no dependencies and no `unsafe`. It does
//! not run anything.
//!
//! # Program order
//!
//! Nodes are numbered in the order a serial run would start them, so an edge
//! always goes from a smaller number to a larger one, and the numbering is
//! itself a topological order. Everything but [`order`] and [`Adjacency`]
//! relies on this; what relies on it says what it does with other edges.
#![forbid(unsafe_code)]

pub mod access;
pub mod adjacency;
pub mod antichain;
pub mod critical;
pub mod dot;
pub mod fuse;
pub mod graph;
pub mod hazard;
pub mod kernel;
pub mod last_use;
pub mod level;
pub mod order;
pub mod reduce;
pub mod svg;

pub use access::{Access, Mode, Place};
pub use adjacency::Adjacency;
pub use critical::{critical_path, upward_ranks};
pub use fuse::{Plan, fuse};
pub use graph::{Edge, EdgeKind, Graph, Node, NodeKind};
pub use hazard::{GraphBuilder, Hazards};
pub use last_use::{LastUse, last_uses};
pub use order::{Cycle, Definition, EarlyUse, early_uses, topological_order};
pub use reduce::transitive_reduction;
