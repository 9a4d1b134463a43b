//! Small typed calls of expansions: `?`, copies, results that nobody uses.
//!
//! What they demand of types is said in [`rules`](crate::rules).

use crate::error::BoxError;
use crate::rules::{Copied, Crosses, Fallible, Shares, TaskResult};

use super::Slot;

/// The bad case of a [`Fallible`]: the error, or `None`.
#[derive(Debug)]
pub struct Failure(pub(crate) Option<BoxError>);

/// What `?` does inside a graph, up to naming the node.
#[inline(always)]
pub fn branch<F: Fallible>(value: F) -> Result<F::Value, Failure> {
    value.branch()
}

/// Checks that the value in the slot may cross threads.
#[inline(always)]
pub fn crosses<T: Crosses>(_slot: &Slot<T>) {}

/// Checks that the value in the slot may be read from several threads.
#[inline(always)]
pub fn shares<T: Shares>(_slot: &Slot<T>) {}

/// Checks that what a node's closure captures may be used on other threads.
#[inline(always)]
pub fn sends<F: Send>(_node: &F) {}

/// A use by value that is not the last one.
///
/// # Safety
/// The macro's own serial form must use the value again afterwards, so that rustc has
/// checked that it is `Copy`.
#[inline(always)]
pub unsafe fn copied<T: Copied>(value: &T) -> T {
    // SAFETY: `Copied` is implemented for `Copy` types only, so a bitwise copy is a copy.
    unsafe { std::ptr::read(value) }
}

/// What is left of a task's result that nobody uses: `()` for tasks without a result, [`TaskResult`] for others.
pub trait Discarded {
    /// Makes one.
    fn discarded() -> Self;
}

impl Discarded for () {
    #[inline(always)]
    fn discarded() -> Self {}
}

impl Discarded for TaskResult {
    #[inline(always)]
    fn discarded() -> Self {
        TaskResult
    }
}

/// Drops a task's result; rustc warns unless the task has none.
#[inline(always)]
pub fn discard<D: Discarded, T>(value: T) -> D {
    drop(value);
    D::discarded()
}
