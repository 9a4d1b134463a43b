//! Small parts of expansions: failures, and results that nobody uses.
//!
//! What they demand of types is said in [`rules`](crate::rules).

use crate::error::BoxError;
use crate::rules::TaskResult;

/// The bad case of a [`Fallible`](crate::rules::Fallible): the error, or `None`.
#[derive(Debug)]
pub struct Failure(pub(crate) Option<BoxError>);

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
