//! Dagger: annotate a function, write serial code, run it on every core.
//!
//! `#[task]` marks a function, [`dag!`] turns a block of ordinary Rust into a task graph while it compiles,
//! and the runtime executes that graph on work-stealing threads. [`spawn!`] starts single tasks dynamically.
//!
//! ```
//! use dagger::prelude::*;
//!
//! #[task]
//! fn square(x: i64) -> i64 {
//!     x * x
//! }
//!
//! #[task]
//! fn add(x: i64, y: i64) -> i64 {
//!     x + y
//! }
//!
//! let sum = dag! {
//!     let a = square(3);
//!     let b = square(4); // runs beside the line above
//!     add(a, b)
//! }?;
//! assert_eq!(sum, 25);
//! # Ok::<(), dagger::Error>(())
//! ```

pub use dagger_core::*;
pub use dagger_ir::Graph;
pub use dagger_macros::{Wire, dag, kernel, main, spawn, task};

#[cfg(feature = "array")]
#[doc(inline)]
pub use dagger_array as array;

/// CUDA devices. Being linked is enough: `#[on(gpu)]` finds them.
#[cfg(feature = "cuda")]
pub use dagger_cuda as cuda;

/// Ranks over MPI. Being linked is enough: a program that `mpirun` starts uses it.
#[cfg(feature = "mpi")]
pub use dagger_mpi as mpi;

/// What the macros' expansions call.
#[doc(hidden)]
pub use dagger_core::lowered as __private;

/// Everything a program needs: `use dagger::prelude::*;`.
pub mod prelude {
    pub use crate::Graph;
    pub use dagger_core::kernel::{Integer, Neighbours, Number, Real, Scalar};
    pub use dagger_core::{
        Error, FetchOnce, Options, Prepared, Result, Runtime, Scope, Status, Task, Wire, fetch_all,
        is_cancelled, this_thread, this_worker, wait_all, with_options, workers,
    };
    pub use dagger_macros::{Wire, dag, kernel, spawn, task};
}
