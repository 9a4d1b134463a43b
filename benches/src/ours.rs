//! Dagger with a chosen number of threads.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dagger::Runtime;

use crate::harness::{Batch, Failure, time};

/// The runtime of so many threads.
pub fn runtime(threads: usize) -> Arc<Runtime> {
    static RUNTIMES: Mutex<BTreeMap<usize, Arc<Runtime>>> = Mutex::new(BTreeMap::new());
    let mut runtimes = RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        Arc::new(
            Runtime::builder()
                .threads(threads)
                .build()
                .expect("the runtime starts"),
        )
    };
    Arc::clone(runtimes.entry(threads).or_insert_with(make))
}

/// Times `work` inside the runtime: entering it is no part of a run.
pub fn sample<T: PartialEq + Debug + Sync>(
    threads: usize,
    batch: Batch,
    expected: &T,
    work: impl FnMut() -> T + Send,
) -> Result<Duration, Failure> {
    runtime(threads).enter(|| time(batch, expected, work))
}

/// Calls `work` inside the runtime; an error of a graph makes the contender fail.
pub fn within<R: Send>(
    threads: usize,
    work: impl FnOnce() -> dagger::Result<R> + Send,
) -> Result<R, Failure> {
    runtime(threads)
        .enter(work)
        .map_err(|error| Failure::Broken(error.to_string()))
}
