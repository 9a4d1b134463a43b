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
    Error::msg(format!("{}: {what}", written_at(place, operation)))
}

/// How errors name a call, for tasks that may find out later that it cannot be done.
pub(crate) fn written_at(place: &Location<'_>, operation: &str) -> String {
    format!("{operation} at {}:{}", place.file(), place.line())
}

/// A task that has failed: the result of a reduction that cannot be done.
pub(crate) fn failed_task<T: Element>(error: Error) -> Task<T> {
    spawn!(array_operation::<T>(error))
}

#[task(anywhere)]
fn array_operation<T: Element>(error: Error) -> Result<T> {
    Err(error)
}
