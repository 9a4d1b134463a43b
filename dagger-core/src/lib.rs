//! The runtime of Dagger: worker pool, executors of graphs, dynamic tasks, tracing.
//!
//! Programs use it through the `dagger` crate. What `dag!` expands to calls [`lowered`].

mod by_number;
mod checkpoint;
mod clock;
mod cluster;
pub mod devices;
pub mod dispatch;
mod dynamic;
mod ends;
mod error;
mod frame;
mod info;
pub mod kernel;
pub mod launch;
#[doc(hidden)]
pub mod lowered;
/// The name by which expansions know [`lowered`], for crates that call this one `dagger`.
#[doc(hidden)]
pub use lowered as __private;
pub mod mesh;
pub mod observe;

mod options;
pub mod placement;
mod pool;
pub mod rules;
mod runtime;
mod scope;
pub mod seam;
mod slices;
mod standstill;
mod sync;
mod unfold;
mod whole_file;
pub mod wire;

pub use cluster::{Crossed, traffic};
pub use dynamic::{
    AsTask, FetchOnce, Ref, Status, Task, TaskFuture, fetch_all, is_cancelled, this_thread,
    this_worker, wait_all, workers,
};
pub use error::{Error, Location, Result};
pub use info::TaskInfo;
pub use options::{Options, with_options};
pub use placement::models;
pub use runtime::{Builder, Runtime};
pub use scope::{Place, Scope, Unit};
pub use unfold::Prepared;
pub use wire::Wire;
