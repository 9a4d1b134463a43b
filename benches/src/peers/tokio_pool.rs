//! Tokio with a chosen number of threads, for the libraries that run on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};

/// The runtime of so many worker threads.
pub fn runtime(threads: usize) -> Arc<Runtime> {
    static RUNTIMES: Mutex<BTreeMap<usize, Arc<Runtime>>> = Mutex::new(BTreeMap::new());
    let mut runtimes = RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let runtime = Builder::new_multi_thread().worker_threads(threads).build();
        Arc::new(runtime.expect("tokio starts its threads"))
    };
    Arc::clone(runtimes.entry(threads).or_insert_with(make))
}

/// Runs `future` on a worker of the runtime, so that the calling thread does no work of its own.
///
/// # Panics
/// If the future does.
pub fn run<F>(threads: usize, future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = runtime(threads);
    let task = runtime.spawn(future);
    runtime.block_on(task).expect("the future does not panic")
}
