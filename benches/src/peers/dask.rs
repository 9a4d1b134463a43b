//! dask.array, where Python has it: a statement timed inside of the interpreter, on the threads of its own scheduler.

use std::time::Duration;

use super::numpy;
use crate::harness::{Batch, Failure};

/// Times `statement`, after `setup`, both Python that may use `np` and `da`; `check` is an expression that must be true afterwards.
///
/// # Errors
/// `NotBuilt` without Python or dask, `Wrong` where the check fails.
pub fn sample(
    batch: Batch,
    threads: usize,
    setup: &str,
    statement: &str,
    check: &str,
) -> Result<Duration, Failure> {
    let setup = format!(
        "import dask\nimport dask.array as da\ndask.config.set(scheduler='threads', num_workers={threads})\n{setup}"
    );
    match numpy::sample(batch, threads, &setup, statement, check) {
        Err(Failure::NotBuilt(_)) => Err(Failure::NotBuilt(
            "Python with dask (`pip install dask[array]`)",
        )),
        other => other,
    }
}
