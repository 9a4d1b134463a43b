//! What a function's return type makes of its value: a task's value, or its failure.

use crate::error::BoxError;
use crate::info::{MayFail, Returns};
use crate::lowered::{Failure, Fallible};
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::thread;

/// Turns what a task's function returned into the task's value; `Self` is [`Returns`] or [`MayFail`].
pub trait Settle<R> {
    /// The task's value.
    type Value;
    /// The value, or why there is none.
    ///
    /// # Errors
    /// The error that the function returned.
    fn settle(returned: R) -> Result<Self::Value, Failure>;
}

impl<R> Settle<R> for Returns {
    type Value = R;

    #[inline(always)]
    fn settle(returned: R) -> Result<R, Failure> {
        Ok(returned)
    }
}

impl<R: Fallible> Settle<R> for MayFail {
    type Value = R::Value;

    #[inline(always)]
    fn settle(returned: R) -> Result<R::Value, Failure> {
        returned.branch()
    }
}

/// The outcome of a task as a value: `O` is [`Returns`] or [`MayFail`].
#[derive(Debug)]
pub struct Outcome<O>(PhantomData<O>);

impl<O> Clone for Outcome<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Outcome<O> {}

impl<O> Outcome<O> {
    /// The one there is.
    pub const NEW: Self = Outcome(PhantomData);

    /// [`Settle::settle`].
    ///
    /// # Errors
    /// The error that the function returned.
    #[inline(always)]
    pub fn settle<R>(self, returned: R) -> Result<O::Value, Failure>
    where
        O: Settle<R>,
    {
        O::settle(returned)
    }
}

/// What a spawned expression came to. A `Result` is settled by its type; everything else by [`SettleValue`].
#[derive(Debug)]
pub struct Returned<R>(pub R);

impl<T, E: Into<BoxError>> Returned<Result<T, E>> {
    /// The value of `Ok`; an `Err` is the task's failure.
    #[inline(always)]
    pub fn settle(self) -> Result<T, Failure> {
        self.0.branch()
    }
}

/// What a spawned expression came to, if it is no `Result`.
pub trait SettleValue {
    /// The task's value.
    type Value;
    /// The value.
    ///
    /// # Errors
    /// Never.
    fn settle(self) -> Result<Self::Value, Failure>;
}

impl<R> SettleValue for Returned<R> {
    type Value = R;

    #[inline(always)]
    fn settle(self) -> Result<R, Failure> {
        Ok(self.0)
    }
}

/// Judges one attempt of a task with `retry = n`.
pub trait Attempt<R> {
    /// What the task returns now; `None` to try again.
    ///
    /// # Panics
    /// With the attempt's own panic, when no attempt is left.
    fn judge(outcome: thread::Result<R>, left: &mut u32) -> Option<R>;
}

impl<R> Attempt<R> for Returns {
    fn judge(outcome: thread::Result<R>, left: &mut u32) -> Option<R> {
        match outcome {
            Ok(value) => Some(value),
            Err(_) if *left > 0 => {
                *left -= 1;
                None
            }
            Err(payload) => resume_unwind(payload),
        }
    }
}

impl<T, E> Attempt<Result<T, E>> for MayFail {
    fn judge(outcome: thread::Result<Result<T, E>>, left: &mut u32) -> Option<Result<T, E>> {
        match outcome {
            Ok(Ok(value)) => Some(Ok(value)),
            Ok(Err(_)) | Err(_) if *left > 0 => {
                *left -= 1;
                None
            }
            Ok(failed) => Some(failed),
            Err(payload) => resume_unwind(payload),
        }
    }
}
