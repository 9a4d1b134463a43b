//! The typed handle of a dynamic task.

use crate::dynamic::block::{Header, Reference};
use crate::dynamic::state::Phase;
use crate::dynamic::whereabouts;
use crate::dynamic::{complete, wait};
use crate::error::{Error, Location, Result};
use std::fmt;
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::ops::Deref;

/// A task that was spawned, and its value once it has finished.
///
/// `spawn!` returns one at once, whatever the task still waits for. It can be passed to other `spawn!`s, by value or by
/// reference; looked at ([`status`](Self::status), [`is_ready`](Self::is_ready)); waited for; and asked for its value:
///
/// | call | gives | the value afterwards |
/// |---|---|---|
/// | [`fetch`](Self::fetch) | a clone | stays, `fetch` works again |
/// | [`get`](Self::get) | a shared look, without a copy | stays |
/// | [`take`](Self::take) | the value itself, or a clone if others refer to it | the handle is used up |
/// | `.await` | like `take` | the handle is used up |
///
/// A value that cannot be cloned has one handle, and [`FetchOnce`] (in the prelude) gives it `fetch` and `take` that
/// move the value out, once.
///
/// Dropping a handle detaches the task: it still runs. The value is freed when no handle and no pending task can reach it.
///
/// Waiting inside a task never deadlocks as long as tasks get to know each other by arguments, results and captures (not
/// through channels or shared memory): the waiting thread runs what it waits for if nobody else has begun to.
pub struct Task<T> {
    reference: Reference,
    /// Owns a `T`: sending a handle may send the value, sharing one may share it.
    value: PhantomData<T>,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It waits for other tasks.
    Waiting,
    /// Nothing is missing any more: it waits for a thread.
    Queued,
    /// It runs.
    Running,
    /// It has its value.
    Finished,
    /// It failed or panicked, or something it needed did.
    Failed,
    /// It was cancelled, or something it needed was.
    Cancelled,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Waiting => "waiting",
            Status::Queued => "queued",
            Status::Running => "running",
            Status::Finished => "finished",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        })
    }
}

impl<T> Task<T> {
    /// How far it is.
    pub fn status(&self) -> Status {
        match self.header().word.now().phase() {
            Phase::Away | Phase::Running if self.done_elsewhere() => Status::Finished,
            Phase::Away => Status::Running,
            Phase::Waiting => Status::Waiting,
            Phase::Ready => Status::Queued,
            Phase::Running => Status::Running,
            Phase::Finished | Phase::Taken => Status::Finished,
            Phase::Failed => Status::Failed,
            Phase::Cancelled => Status::Cancelled,
        }
    }

    /// The worker that keeps its value, from 0; it also makes it, unless an idle one has taken over its work.
    pub fn worker(&self) -> usize {
        match self.header().away() {
            Some(away) => away.owner() as usize,
            None => whereabouts::this_worker(),
        }
    }

    /// Whether it has ended, well or badly, so that [`fetch`](Self::fetch) would only wait for a value that another worker
    /// holds to get here.
    #[inline]
    pub fn is_ready(&self) -> bool {
        self.is_here() || self.done_elsewhere()
    }

    /// Whether its value or error is in this block.
    #[inline]
    pub(crate) fn is_here(&self) -> bool {
        self.header().word.now().phase().ended()
    }

    /// Whether it has ended well on another worker.
    fn done_elsewhere(&self) -> bool {
        self.header().away().is_some_and(|away| away.is_done())
    }

    /// Waits until it has ended. Where it ran on another worker its value stays there.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn wait(&self) -> Result<()> {
        if let Some(away) = self.header().away() {
            return away.wait(&self.reference);
        }
        wait::until_ended(&self.reference)?;
        self.failure().map_or(Ok(()), Err)
    }

    /// Stops it if it has not started; what depends on it then fails with the same error. A running task is only asked:
    /// [`is_cancelled`](crate::is_cancelled) tells it. Returns whether it was stopped.
    pub fn cancel(&self) -> bool {
        complete::cancel(&self.reference)
    }

    /// Waits for the value and looks at it without copying. What is returned keeps the value.
    ///
    /// # Errors
    /// The error the task ended with; or that its value was moved out already.
    pub fn get(&self) -> Result<Ref<'_, T>> {
        wait::until_ended(&self.reference)?;
        let phase = self.header().word.reference_to_value();
        // SAFETY: the reference has been counted just now.
        let reference = unsafe { Reference::adopt(self.reference.pointer()) };
        match phase {
            Phase::Finished => Ok(Ref {
                reference,
                value: PhantomData,
            }),
            _ => Err(self.missing()),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.header().name()
    }

    /// The source line it was spawned on.
    pub fn location(&self) -> Location<'static> {
        let site = self.header().site;
        Location {
            file: site.file,
            line: site.line,
        }
    }

    /// # Safety
    /// `reference` refers to a task whose value is a `T`; the caller may own a handle of it.
    pub(crate) unsafe fn from_reference(reference: Reference) -> Self {
        Task {
            reference,
            value: PhantomData,
        }
    }

    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        self.reference.header()
    }

    /// Another handle, for tasks and futures that need the value. The caller checks what the type allows.
    pub(crate) fn share(&self) -> Task<T> {
        Task {
            reference: self.reference.clone(),
            value: PhantomData,
        }
    }

    /// The error it ended with.
    #[inline]
    pub(crate) fn failure(&self) -> Option<Error> {
        match self.header().word.now().phase() {
            // SAFETY: read with Acquire just now, and `self` is a reference.
            Phase::Failed | Phase::Cancelled => Some(unsafe { self.header().error() }.clone()),
            _ => None,
        }
    }

    /// Why an ended task has no value to give.
    #[cold]
    fn missing(&self) -> Error {
        self.failure().unwrap_or_else(|| {
            Error::msg(format!(
                "the value of task `{}` has already been moved out",
                self.name()
            ))
        })
    }

    /// Moves the value of a task out that ended well, waiting until nobody else refers to it.
    fn take_when_sole(&self) -> Result<T> {
        wait::until_ended(&self.reference)?;
        loop {
            if self.header().word.take() {
                // SAFETY: `take` gave us the value, once, and nobody else refers to it.
                return Ok(unsafe { self.header().take_value() });
            }
            if self.header().word.now().phase() != Phase::Finished {
                return Err(self.missing());
            }
            wait::until_sole(&self.reference);
        }
    }

    /// The same inside a task, where the state machine has seen to it that nobody else refers to it for long.
    pub(crate) fn take_sole(self) -> T {
        self.take_when_sole()
            .expect("the task ended well and has one consumer")
    }
}

impl<T: Clone> Task<T> {
    /// Waits for the value and returns a clone of it. [`get`](Self::get) looks without cloning, [`take`](Self::take) moves.
    ///
    /// # Errors
    /// The error the task ended with: of the task that failed first, with its name, source line and message.
    pub fn fetch(&self) -> Result<T> {
        wait::until_ended(&self.reference)?;
        if !needs_drop::<T>() && self.header().word.now().phase() == Phase::Finished {
            // SAFETY: the value is there. Should somebody who shares this very handle take it meanwhile, it is copied bit by
            // bit and what is here stays as it is: there is nothing to drop, and the block stays while we borrow the handle.
            return Ok(T::clone(unsafe { &*self.header().value::<T>() }));
        }
        self.get().map(|value| T::clone(&value))
    }

    /// Waits for the value and moves it out; clones it if somebody else still refers to it.
    ///
    /// # Errors
    /// As for [`fetch`](Self::fetch).
    pub fn take(self) -> Result<T> {
        wait::until_ended(&self.reference)?;
        match self.failure() {
            Some(error) => Err(error),
            None if self.header().word.now().phase() == Phase::Taken => Err(self.missing()),
            None => Ok(self.take_or_clone()),
        }
    }

    /// The value of a task that ended well.
    #[inline]
    pub(crate) fn take_or_clone(self) -> T {
        if self.header().word.take() {
            // SAFETY: `take` gave us the value, once, and nobody else refers to it.
            return unsafe { self.header().take_value() };
        }
        // SAFETY: the task ended well, and with our reference it was not the only one, so nobody has taken the value; nobody
        // can while we hold the handle: a `&self` that takes needs the only reference.
        T::clone(unsafe { &*self.header().value::<T>() })
    }
}

/// `fetch` and `take` for values that cannot be cloned. In the prelude; for all other values the methods of [`Task`]
/// itself are chosen.
pub trait FetchOnce<T> {
    /// Waits for the value and moves it out, once no task that borrows it is left. A second time is an error.
    ///
    /// # Errors
    /// The error the task ended with; or that its value was moved out already.
    fn fetch(&self) -> Result<T>;

    /// The same, using up the handle.
    ///
    /// # Errors
    /// As for [`fetch`](Self::fetch).
    fn take(self) -> Result<T>;
}

impl<T> FetchOnce<T> for Task<T> {
    fn fetch(&self) -> Result<T> {
        self.take_when_sole()
    }

    fn take(self) -> Result<T> {
        self.take_when_sole()
    }
}

/// A look at the value of a task; see [`Task::get`].
pub struct Ref<'a, T> {
    reference: Reference,
    value: PhantomData<&'a T>,
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the task was finished when our reference was counted, and nobody takes the value while it exists.
        unsafe { &*self.reference.header().value::<T>() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: fmt::Display> fmt::Display for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

/// Another handle of the same task. Only for values that can be cloned: of others there is one handle, so that
/// moving it into a task moves the value.
impl<T: Clone + Sync> Clone for Task<T> {
    fn clone(&self) -> Self {
        self.share()
    }
}

/// Name and status, as in ``Task `add1` (running)``.
impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task `{}` ({})", self.name(), self.status())
    }
}
