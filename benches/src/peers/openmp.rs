//! OpenMP tasks as gcc compiles them. The C++ is in `benches/cpp/openmp`.
//!
//! OpenMP 4.5, which gcc 12 has, keeps no graphs: tasks with `depend` clauses are found anew in every run. So its
//! graphs stand both beside prepared graphs and beside unfolding, with the same figure.

use std::rc::Rc;
use std::time::Duration;

use super::foreign::{Pinned, Work, foreign};
use crate::harness::{Batch, Failure};
use crate::shape::{Check, Shape, digest_shared};

#[cfg(not(openmp))]
const HINT: &str = "install g++ with OpenMP (libgomp)";

foreign! {
    when openmp, otherwise HINT;
    /// Fibonacci by tasks and `taskwait`, without a cut-off.
    fn fib(n: u64) = openmp_fib;
    /// The skynet tree over `leaves` leaves.
    fn skynet(leaves: u64) = openmp_skynet;
    /// The number of ways to place `n` queens.
    fn nqueens(n: u64) = openmp_nqueens;
    /// `nodes` tasks in a row by `depend(inout)`; the answer is what they make of 0.
    fn chain(nodes: u64) = openmp_chain;
    /// The diamond by tasks and `taskwait`, its nodes doing `steps` steps of `work` each; the answer is `b + c`.
    fn diamond(work: Work, steps: u64) = openmp_diamond;
    /// `tasks` tasks in a `taskgroup`, each doing `steps` steps of `work`; the answer is the sum of their results.
    fn independent(tasks: u64, work: Work, steps: u64) = openmp_independent;
}

/// The version of the specification that the compiler implements, as the year and month of its publication.
///
/// # Errors
/// `NotBuilt` where it is missing.
#[cfg(openmp)]
pub fn version() -> Result<String, Failure> {
    unsafe extern "C" {
        fn openmp_version() -> u64;
    }
    // SAFETY: the function takes nothing and returns a number.
    Ok(unsafe { openmp_version() }.to_string())
}

/// The version of the specification that the compiler implements.
///
/// # Errors
/// Always: it was not found when this was compiled.
#[cfg(not(openmp))]
pub fn version() -> Result<String, Failure> {
    Err(Failure::NotBuilt(HINT))
}

/// Times the recursive product of matrices in quadrants; see `fork_join::matmul` for the layout.
///
/// # Errors
/// `NotBuilt` where OpenMP is missing.
pub fn matmul(
    batch: Batch,
    threads: usize,
    product: crate::fork_join::matmul::ForeignProduct<'_>,
) -> Result<Duration, Failure> {
    #[cfg(openmp)]
    {
        unsafe extern "C" {
            fn openmp_matmul(
                batch: Batch,
                threads: std::ffi::c_int,
                product: crate::fork_join::matmul::ForeignProduct<'_>,
            ) -> u64;
        }
        // SAFETY: `product` holds three valid matrices of the size it names, the last of them borrowed mutably.
        Ok(Duration::from_nanos(unsafe {
            openmp_matmul(batch, threads as std::ffi::c_int, product)
        }))
    }
    #[cfg(not(openmp))]
    {
        let _ = (batch, threads, product);
        Err(Failure::NotBuilt(HINT))
    }
}

/// A graph of tasks with `depend` clauses.
pub struct OpenMpGraph<const K: usize> {
    pinned: Pinned<K>,
    check: Check<K>,
}

impl<const K: usize> OpenMpGraph<K> {
    /// The slots of `shape`.
    pub fn new(shape: &Rc<Shape<K>>, check: Check<K>) -> OpenMpGraph<K> {
        OpenMpGraph {
            pinned: Pinned::new(shape),
            check,
        }
    }

    /// Times runs, each of which finds the dependencies anew.
    ///
    /// # Errors
    /// `NotBuilt` where OpenMP is missing, `Wrong` where the slots are.
    pub fn sample(&mut self, threads: usize, batch: Batch) -> Result<Duration, Failure> {
        #[cfg(openmp)]
        {
            unsafe extern "C" {
                fn openmp_graph(
                    batch: Batch,
                    threads: std::ffi::c_int,
                    graph: super::foreign::ForeignGraph<'_>,
                ) -> u64;
            }
            let graph = self.pinned.graph();
            // SAFETY: the graph's pointers are good for the call, and its slots are atomics.
            let elapsed = unsafe { openmp_graph(batch, threads as std::ffi::c_int, graph) };
            self.check
                .after(batch.total(), digest_shared(self.pinned.slots()))?;
            Ok(Duration::from_nanos(elapsed))
        }
        #[cfg(not(openmp))]
        {
            let _ = (
                batch,
                threads,
                self.pinned.graph(),
                &self.check,
                digest_shared(self.pinned.slots()),
            );
            Err(Failure::NotBuilt(HINT))
        }
    }
}
