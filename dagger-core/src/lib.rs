//! The runtime of Dagger: worker pool, executors of graphs, dynamic tasks, tracing.
//!
//! Programs use it through the `dagger` crate. What `dag!` expands to calls [`lowered`].

mod clock;
mod error;
mod frame;
#[doc(hidden)]
pub mod lowered;
pub mod observe;
mod pool;
mod runtime;
mod sync;
mod unfold;

pub use error::{Error, Location, Result};
pub use runtime::{Builder, Runtime};
pub use unfold::Prepared;
