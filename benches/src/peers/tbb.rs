//! oneTBB: `parallel_invoke`, `task_group` and the flow graph. The C++ is in `benches/cpp/tbb`.

use std::rc::Rc;
use std::time::Duration;

use super::foreign::{Pinned, Work, foreign};
use crate::harness::{Batch, Failure};
use crate::shape::{Check, Shape, digest_shared};

#[cfg(not(tbb))]
const HINT: &str = "install libtbb-dev and g++";

foreign! {
    when tbb, otherwise HINT;
    /// Fibonacci by `parallel_invoke`, without a cut-off.
    fn fib(n: u64) = tbb_fib;
    /// The skynet tree over `leaves` leaves.
    fn skynet(leaves: u64) = tbb_skynet;
    /// The number of ways to place `n` queens.
    fn nqueens(n: u64) = tbb_nqueens;
    /// A flow graph of `nodes` function nodes in a row; the answer is what comes out for 0.
    fn chain(nodes: u64) = tbb_chain;
    /// The diamond as a flow graph whose nodes do `steps` steps of `work` each; the answer is `b + c`.
    fn diamond_graph(work: Work, steps: u64) = tbb_diamond_graph;
    /// The diamond by `parallel_invoke`.
    fn diamond_invoke(work: Work, steps: u64) = tbb_diamond_invoke;
    /// `tasks` tasks in a `task_group`, each doing `steps` steps of `work`; the answer is the sum of their results.
    fn independent(tasks: u64, work: Work, steps: u64) = tbb_independent;
}

/// The library's version.
///
/// # Errors
/// `NotBuilt` where it is missing.
#[cfg(tbb)]
pub fn version() -> Result<String, Failure> {
    unsafe extern "C" {
        fn tbb_version() -> u64;
    }
    // SAFETY: the function takes nothing and returns a number.
    let version = unsafe { tbb_version() };
    Ok(format!("{}.{}", version / 100, version % 100))
}

/// The library's version.
///
/// # Errors
/// Always: the library was not found when this was compiled.
#[cfg(not(tbb))]
pub fn version() -> Result<String, Failure> {
    Err(Failure::NotBuilt(HINT))
}

/// Times the recursive product of matrices in quadrants; see `fork_join::matmul` for the layout.
///
/// # Errors
/// `NotBuilt` where the library is missing.
pub fn matmul(
    batch: Batch,
    threads: usize,
    product: crate::fork_join::matmul::ForeignProduct<'_>,
) -> Result<Duration, Failure> {
    #[cfg(tbb)]
    {
        unsafe extern "C" {
            fn tbb_matmul(
                batch: Batch,
                threads: std::ffi::c_int,
                product: crate::fork_join::matmul::ForeignProduct<'_>,
            ) -> u64;
        }
        // SAFETY: `product` holds three valid matrices of the size it names, the last of them borrowed mutably.
        Ok(Duration::from_nanos(unsafe {
            tbb_matmul(batch, threads as std::ffi::c_int, product)
        }))
    }
    #[cfg(not(tbb))]
    {
        let _ = (batch, threads, product);
        Err(Failure::NotBuilt(HINT))
    }
}

/// A flow graph of `continue_node`s, built once and run many times.
pub struct TbbGraph<const K: usize> {
    pinned: Pinned<K>,
    check: Check<K>,
    threads: usize,
    #[cfg(tbb)]
    prepared: Option<bound::Prepared>,
}

impl<const K: usize> TbbGraph<K> {
    /// The slots of `shape`; the flow graph itself is made by the first [`sample_runs`](Self::sample_runs).
    pub fn new(shape: &Rc<Shape<K>>, check: Check<K>, threads: usize) -> TbbGraph<K> {
        TbbGraph {
            pinned: Pinned::new(shape),
            check,
            threads,
            #[cfg(tbb)]
            prepared: None,
        }
    }

    /// Times runs of the prepared graph.
    ///
    /// # Errors
    /// `NotBuilt` where the library is missing, `Wrong` where the slots are.
    pub fn sample_runs(&mut self, batch: Batch) -> Result<Duration, Failure> {
        #[cfg(tbb)]
        {
            // SAFETY: `self.pinned` keeps the graph's arrays in place, and `prepared` is a field beside it that is
            // dropped with it and used nowhere else.
            let prepared = self
                .prepared
                .get_or_insert_with(|| unsafe { bound::Prepared::new(self.threads, &self.pinned) });
            let elapsed = prepared.run(batch);
            self.check
                .after(batch.total(), digest_shared(self.pinned.slots()))?;
            Ok(elapsed)
        }
        #[cfg(not(tbb))]
        self.absent(batch)
    }

    /// Times building the graph, running it once and freeing it, all together.
    ///
    /// # Errors
    /// `NotBuilt` where the library is missing, `Wrong` where the slots are.
    pub fn sample_build_and_run(&mut self, batch: Batch) -> Result<Duration, Failure> {
        #[cfg(tbb)]
        {
            let elapsed = bound::build_and_run(batch, self.threads, &self.pinned);
            self.check
                .after(batch.total(), digest_shared(self.pinned.slots()))?;
            Ok(elapsed)
        }
        #[cfg(not(tbb))]
        self.absent(batch)
    }

    /// Times building the graph alone; each graph is run and freed outside the clock.
    ///
    /// # Errors
    /// `NotBuilt` where the library is missing, `Wrong` where the slots are.
    pub fn sample_build(&mut self, batch: Batch) -> Result<Duration, Failure> {
        #[cfg(tbb)]
        {
            let elapsed = bound::build(batch, self.threads, &self.pinned);
            self.check
                .after(batch.total(), digest_shared(self.pinned.slots()))?;
            Ok(elapsed)
        }
        #[cfg(not(tbb))]
        self.absent(batch)
    }

    #[cfg(not(tbb))]
    fn absent(&mut self, _: Batch) -> Result<Duration, Failure> {
        let _ = (
            &self.pinned,
            self.pinned.graph(),
            self.threads,
            &self.check,
            digest_shared(self.pinned.slots()),
        );
        Err(Failure::NotBuilt(HINT))
    }
}

#[cfg(tbb)]
mod bound {
    use std::ffi::{c_int, c_void};
    use std::time::Duration;

    use super::super::foreign::{ForeignGraph, Pinned};
    use crate::harness::Batch;

    unsafe extern "C" {
        fn tbb_graph_new(threads: c_int, graph: ForeignGraph<'_>) -> *mut c_void;
        fn tbb_graph_run(graph: *mut c_void, batch: Batch) -> u64;
        fn tbb_graph_free(graph: *mut c_void);
        fn tbb_graph_build_and_run(batch: Batch, threads: c_int, graph: ForeignGraph<'_>) -> u64;
        fn tbb_graph_build(batch: Batch, threads: c_int, graph: ForeignGraph<'_>) -> u64;
    }

    /// A flow graph on the C++ side.
    pub(super) struct Prepared(*mut c_void);

    impl Prepared {
        /// Builds it.
        ///
        /// # Safety
        /// `pinned` must live at least as long as the result, and nobody else may touch its slots during `run`.
        pub(super) unsafe fn new<const K: usize>(threads: usize, pinned: &Pinned<K>) -> Prepared {
            // SAFETY: the caller keeps what the pointers in the graph point to.
            Prepared(unsafe { tbb_graph_new(threads as c_int, pinned.graph()) })
        }

        pub(super) fn run(&mut self, batch: Batch) -> Duration {
            // SAFETY: the pointer comes from `tbb_graph_new` and is freed only by `drop`.
            Duration::from_nanos(unsafe { tbb_graph_run(self.0, batch) })
        }
    }

    impl Drop for Prepared {
        fn drop(&mut self) {
            // SAFETY: the pointer comes from `tbb_graph_new` and is freed only here.
            unsafe { tbb_graph_free(self.0) }
        }
    }

    pub(super) fn build_and_run<const K: usize>(
        batch: Batch,
        threads: usize,
        pinned: &Pinned<K>,
    ) -> Duration {
        // SAFETY: the graph's pointers are good for the call, and its slots are atomics.
        Duration::from_nanos(unsafe {
            tbb_graph_build_and_run(batch, threads as c_int, pinned.graph())
        })
    }

    pub(super) fn build<const K: usize>(
        batch: Batch,
        threads: usize,
        pinned: &Pinned<K>,
    ) -> Duration {
        // SAFETY: as for `build_and_run`.
        Duration::from_nanos(unsafe { tbb_graph_build(batch, threads as c_int, pinned.graph()) })
    }
}
