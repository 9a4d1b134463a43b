//! What is wrong with a call, said with the shapes it was given and the line it was written on.
//!
//! An operation that cannot be done spawns nothing. Its result is an array, or a task, that has failed already: everything made
//! of it fails with the same error, and `collect`, `fetch` and `check` give it.

use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use std::panic::Location;

use crate::element::Element;

/// An error of `operation`, called where the outermost `#[track_caller]` function was called.
#[track_caller]
pub(crate) fn mistake(operation: &str, what: impl std::fmt::Display) -> Error {
    mistake_at(Location::caller(), operation, what)
}

/// An error of an operation that was written at `place`.
pub(crate) fn mistake_at(
    place: &Location<'_>,
    operation: &str,
    what: impl std::fmt::Display,
) -> Error {
    let (file, line) = (place.file(), place.line());
    Error::msg(format!("{operation} at {file}:{line}: {what}"))
}

/// A task that has failed: the result of a reduction that cannot be done.
pub(crate) fn failed_task<T: Element>(error: Error) -> Task<T> {
    spawn!(array_operation::<T>(error))
}

#[task(anywhere)]
fn array_operation<T: Element>(error: Error) -> Result<T> {
    Err(error)
}
