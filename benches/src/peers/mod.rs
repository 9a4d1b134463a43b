//! The other libraries: their pools, their graphs, their C++ sides.
//!
//! Each offers what several questions need. Pools are made once for each number of threads and kept: starting
//! threads is no part of any question.

mod foreign;

pub mod chili_pool;
pub mod dagrs_graph;
pub mod dagx_graph;
pub mod dask;
pub mod faer_matrices;
pub mod numpy;
pub mod openblas;
pub mod openmp;
pub mod rayon_graph;
pub mod rayon_pool;
pub mod serial_graph;
pub mod tbb;
pub mod tokio_pool;
