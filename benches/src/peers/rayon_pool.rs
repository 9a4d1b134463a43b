//! Rayon with a chosen number of threads.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::harness::{Batch, Failure, time};

/// The pool of so many threads.
pub fn pool(threads: usize) -> Arc<ThreadPool> {
    static POOLS: Mutex<BTreeMap<usize, Arc<ThreadPool>>> = Mutex::new(BTreeMap::new());
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        Arc::new(pool.expect("rayon starts its threads"))
    };
    Arc::clone(pools.entry(threads).or_insert_with(make))
}

/// Times `work` on a thread of the pool: entering the pool is no part of a run.
pub fn sample<T: PartialEq + Debug + Sync>(
    threads: usize,
    batch: Batch,
    expected: &T,
    work: impl FnMut() -> T + Send,
) -> Result<Duration, Failure> {
    pool(threads).install(|| time(batch, expected, work))
}
