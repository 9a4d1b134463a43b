//! Waiting for many tasks.

use crate::dynamic::task::Task;
use crate::error::Result;

/// A handle or a reference to one.
pub trait AsTask {
    /// The task's value.
    type Value;

    /// Waits for it.
    ///
    /// # Errors
    /// The error it ended with.
    fn wait_for(&self) -> Result<()>;

    /// The value: moved out of a handle where possible, cloned from a reference.
    ///
    /// # Errors
    /// The error it ended with.
    fn value(self) -> Result<Self::Value>;
}

impl<T: Clone> AsTask for Task<T> {
    type Value = T;

    fn wait_for(&self) -> Result<()> {
        self.wait()
    }

    fn value(self) -> Result<T> {
        self.take()
    }
}

impl<T: Clone> AsTask for &Task<T> {
    type Value = T;

    fn wait_for(&self) -> Result<()> {
        self.wait()
    }

    fn value(self) -> Result<T> {
        self.fetch()
    }
}

/// The values of all these tasks, in the order of the tasks: `fetch_all([a, b])?`, `fetch_all(&tasks)?`.
///
/// # Errors
/// The error of the first task, in that order, that failed; all have ended by then.
pub fn fetch_all<I>(tasks: I) -> Result<Vec<<I::Item as AsTask>::Value>>
where
    I: IntoIterator<Item: AsTask>,
{
    let tasks: Vec<_> = tasks.into_iter().collect();
    wait_for_each(&tasks)?;
    tasks.into_iter().map(AsTask::value).collect()
}

/// Waits until all these tasks have ended: `wait_all(&tasks)?`.
///
/// # Errors
/// The error of the first task, in that order, that failed; all have ended by then.
pub fn wait_all<I>(tasks: I) -> Result<()>
where
    I: IntoIterator<Item: AsTask>,
{
    let tasks: Vec<_> = tasks.into_iter().collect();
    wait_for_each(&tasks)
}

fn wait_for_each<A: AsTask>(tasks: &[A]) -> Result<()> {
    let mut first = Ok(());
    for task in tasks {
        let outcome = task.wait_for();
        first = first.and(outcome);
    }
    first
}
