//! Dropping a user's value where a panic must not pass.
//!
//! An executor counts a node as ended after it has run. Should a panic leave it before that, its owner would
//! wait for ever, or worse, unwind from under the threads that still use its frame. Panics of the nodes are
//! caught as errors; what is left are the values that the executor itself drops: panic payloads and errors
//! that nobody will see.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops `value`. If that panics, the panic ends here; its own payload is leaked, since dropping it could panic again.
#[cold]
pub(crate) fn drop_quietly<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        std::mem::forget(payload);
    }
}
