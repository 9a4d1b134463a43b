//! The C++ that every kernel's source starts with.
//!
//! It names types as Rust does and holds one function, `dg_NAME`, for each operation whose meaning in C++ differs from Rust's or
//! is left open there. `host.h` is for tests and for looking at kernels: with it an ordinary C++17 compiler takes a
//! source that has no grid.

/// For every kernel.
pub(crate) const DEVICE: &str = concat!(
    include_str!("types.cuh"),
    include_str!("integers.cuh"),
    include_str!("floats.cuh"),
);

/// For entries: threads, places, failures.
pub(crate) const GRID: &str = include_str!("grid.cuh");

/// For neighbourhoods.
pub(crate) const NEIGHBOURS: &str = include_str!("neighbours.cuh");

/// Before [`DEVICE`], for a compiler that does not know CUDA.
pub(crate) const HOST: &str = include_str!("host.h");
