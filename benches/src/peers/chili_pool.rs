//! Chili with a chosen number of threads, the calling one among them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chili::{Config, Scope, ThreadPool};

use crate::harness::{Batch, Failure, time};

/// The pool of so many threads.
pub fn pool(threads: usize) -> Arc<ThreadPool> {
    static POOLS: Mutex<BTreeMap<usize, Arc<ThreadPool>>> = Mutex::new(BTreeMap::new());
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        Arc::new(ThreadPool::with_config(Config {
            thread_count: NonZero::new(threads),
            ..Config::default()
        }))
    };
    Arc::clone(pools.entry(threads).or_insert_with(make))
}

/// Times `work` in one scope of the pool: making the scope is no part of a run.
pub fn sample<T: PartialEq + Debug>(
    threads: usize,
    batch: Batch,
    expected: &T,
    mut work: impl FnMut(&mut Scope<'_>) -> T,
) -> Result<Duration, Failure> {
    let pool = pool(threads);
    let mut scope = pool.scope();
    time(batch, expected, || work(&mut scope))
}
