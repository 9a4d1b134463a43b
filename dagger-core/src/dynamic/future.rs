//! Waiting for a task in asynchronous code.

use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::task::Task;
use crate::dynamic::waiter::Awaiting;
use crate::error::Result;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What `task.await` waits for. Works under any executor; dropping it detaches the task.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are awaited"]
pub struct TaskFuture<T> {
    /// `None` after the value has been given.
    task: Option<Task<T>>,
    awaiting: Option<Arc<Awaiting>>,
}

impl<T: Clone> Future for TaskFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        let task = this
            .task
            .take()
            .expect("a future is not polled after it was ready");
        if task.is_here() {
            return Poll::Ready(task.take());
        }
        task.header().need();
        match &this.awaiting {
            Some(awaiting) => awaiting.set(context.waker()),
            None => {
                let awaiting = Arc::new(Awaiting::default());
                awaiting.set(context.waker());
                let edge = Box::new(Edge::new(Notify::Future(Arc::clone(&awaiting))));
                let edge = NonNull::from(Box::leak(edge));
                // SAFETY: a leaked box stays until who tells it frees it.
                if !unsafe { task.header().tell_of_end(edge) } {
                    // SAFETY: the list did not take it, so it is still ours.
                    drop(unsafe { Box::from_raw(edge.as_ptr()) });
                }
                this.awaiting = Some(awaiting);
            }
        }
        // The task may have ended before the waker was in place.
        if task.is_here() {
            return Poll::Ready(task.take());
        }
        this.task = Some(task);
        Poll::Pending
    }
}

// A future is not self-referential, whatever its value is.
impl<T> Unpin for TaskFuture<T> {}

impl<T> Drop for TaskFuture<T> {
    fn drop(&mut self) {
        if let Some(awaiting) = &self.awaiting {
            awaiting.clear();
        }
    }
}

impl<T: Clone> IntoFuture for Task<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    fn into_future(self) -> TaskFuture<T> {
        TaskFuture {
            task: Some(self),
            awaiting: None,
        }
    }
}

impl<T: Clone + Sync> IntoFuture for &Task<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    fn into_future(self) -> TaskFuture<T> {
        TaskFuture {
            task: Some(self.share()),
            awaiting: None,
        }
    }
}
