//! What values and calls must be to take part in a graph: the traits that compile errors name.
//!
//! Nobody implements or calls these. Each stands for an ordinary rule of Rust (`Send`, `Sync`, `Copy`, `Clone`, "is a `#[task]`")
//! and exists so that the compiler can say in the words of tasks what is wrong, at the user's own token.
//!
//! Expansions check a rule by `Rule::held(of)`, where `of` only carries the type: a method's own trait needs no bound, so rustc
//! has no bound inside this crate to point at.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::Path;

use crate::error::BoxError;
use crate::info::{ByValue, Marked, Returns, ShapeAt, TaskInfo};
use crate::lowered::{Captured, Discarded, Failure, Probe};
use crate::wire::Wire;

pub use crate::lowered::Again;

/// A value that may be used on another thread than the one that made it: any type that is [`Send`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross from one task to another: it cannot be sent between threads",
    label = "this value is a `{Self}`, which is not `Send`",
    note = "tasks run on several threads; use a type that is `Send` (`Arc` for `Rc`, `Mutex` for `RefCell`, say); a type parameter needs the bound `Send`"
)]
pub trait Crosses {
    #[doc(hidden)]
    #[inline(always)]
    fn held(_of: PhantomData<Self>) {}

    #[doc(hidden)]
    #[inline(always)]
    fn offered(argument: Self) -> Probe<Self>
    where
        Self: Sized,
    {
        Probe::new(argument)
    }

    #[doc(hidden)]
    #[inline(always)]
    fn captured(variable: Self) -> Captured<Self>
    where
        Self: Sized,
    {
        Captured::new(variable)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Crosses for T {}

/// What a spawned task comes to: any type that is [`Send`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a spawned task: it cannot be sent between threads",
    label = "this task's value is a `{Self}`, which is not `Send`",
    note = "tasks run on several threads; use a type that is `Send` (`Arc` for `Rc`, `Mutex` for `RefCell`, say); a type parameter needs the bound `Send`"
)]
pub trait Fetched: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Fetched for T {}

/// What calls the graph `G` as if it were a function: nothing.
#[diagnostic::on_unimplemented(
    message = "`{G}` is a graph, not a function: run it with `{G}::run(..)`",
    label = "this is a graph, which has a `run`",
    note = "`{G}::run(..)` runs it once; `{G}::prepare(..)` keeps it, to be run many times; `{G}::graph()` is the graph as data"
)]
pub trait Called<G> {}

/// A value that several tasks may read at the same time: any type that is [`Sync`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared by tasks that run side by side: it cannot be read from several threads",
    label = "this value is a `{Self}`, which is not `Sync`",
    note = "several tasks borrow it at the same time; use a type that is `Sync` (`Mutex` for `RefCell`, `Arc` for `Rc`, say); a type parameter needs the bound `Sync`"
)]
pub trait Shares {
    #[doc(hidden)]
    #[inline(always)]
    fn held(_of: PhantomData<Self>) {}
}

#[diagnostic::do_not_recommend]
impl<T: Sync + ?Sized> Shares for T {}

/// A caller's variable of which tasks borrow a `T`: any type that is [`Sync`].
///
/// `Self` is not the type, so that rustc does not propose this trait as a bound where that is a type parameter.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be lent to a task: it cannot be used from another thread",
    label = "this variable is a `{T}`, which is not `Sync`",
    note = "tasks run on several threads; use a type that is `Sync` (`Arc` for `Rc`, `Mutex` for `RefCell` and `Cell`, say); a type parameter needs the bound `Sync`"
)]
pub trait Lends<T: ?Sized> {
    #[doc(hidden)]
    #[inline(always)]
    fn held(_of: PhantomData<T>) {}
}

#[diagnostic::do_not_recommend]
impl<T: Sync + ?Sized> Lends<T> for Local {}

/// A caller's variable.
#[derive(Debug)]
pub struct Local;

/// A variable whose parts are used by the tasks of a loop: any type that is [`Send`] and [`Sync`].
#[diagnostic::on_unimplemented(
    message = "the tasks of a loop cannot use a `{Self}`: it cannot be sent to several threads and read from them",
    label = "this variable is a `{Self}`, which is not both `Send` and `Sync`",
    note = "tasks run on several threads; use a type that is `Send` and `Sync` (`Arc` for `Rc`, `Mutex` for `RefCell`, say); a type parameter needs the bounds `Send + Sync`"
)]
pub trait Spreads {
    #[doc(hidden)]
    #[inline(always)]
    fn held(_of: PhantomData<Self>) {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Spreads for T {}

/// A value that a task of a loop makes and others read: any type that is [`Send`] and [`Sync`].
///
/// [`Crosses`] is part of it so that rustc says one thing of a type that is neither.
#[diagnostic::on_unimplemented(
    message = "the tasks of a loop cannot pass on a `{Self}`: it cannot be sent to several threads and read from them",
    label = "this value is a `{Self}`, which is not both `Send` and `Sync`",
    note = "tasks run on several threads; use a type that is `Send` and `Sync` (`Arc` for `Rc`, `Mutex` for `RefCell`, say); a type parameter needs the bounds `Send + Sync`"
)]
pub trait PassedOn: Crosses {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync> PassedOn for T {}

/// A value that is taken and used again afterwards: any type that is [`Copy`].
#[diagnostic::on_unimplemented(
    message = "use of moved value: this takes the `{Self}`, which is used again later",
    label = "moved here, and used again later",
    note = "`{Self}` is not `Copy`: borrow it with `&`, or give a `.clone()` here; a `&mut` reference can be lent on with `&mut *`"
)]
pub trait Copied: Sized {
    #[doc(hidden)]
    fn copied(of: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Copy> Copied for T {
    #[inline(always)]
    fn copied(of: &T) -> T {
        *of
    }
}

/// What a task captures, when all of it may be used on another thread: any closure that is [`Send`].
pub trait Sent: Sized {
    #[doc(hidden)]
    #[inline(always)]
    #[must_use]
    fn sent(self) -> Self {
        self
    }
}

impl<F: Send> Sent for F {}

/// What `?` can be applied to inside `dag!`: a `Result` with any error, or an `Option`.
#[diagnostic::on_unimplemented(
    message = "`?` inside `dag!` needs a `Result` or an `Option`, not `{Self}`",
    label = "this is a `{Self}`",
    note = "a task that cannot fail needs no `?`"
)]
pub trait Fallible {
    /// The value in the good case.
    type Value;
    /// Splits into the value and what is left in the bad case.
    ///
    /// # Errors
    /// The bad case.
    fn branch(self) -> Result<Self::Value, Failure>;
}

impl<T, E: Reports> Fallible for Result<T, E> {
    type Value = T;

    #[inline(always)]
    fn branch(self) -> Result<T, Failure> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(Failure(Some(error.into()))),
        }
    }
}

impl<T> Fallible for Option<T> {
    type Value = T;

    #[inline(always)]
    fn branch(self) -> Result<T, Failure> {
        self.ok_or(Failure(None))
    }
}

/// An error that a graph can report: any that converts into `Box<dyn Error + Send + Sync>`, as error types and strings do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a task: it is not `std::error::Error + Send + Sync + 'static`, nor a string",
    label = "its error is a `{Self}`",
    note = "implement `std::error::Error` for it, or turn it into a string with `.map_err(|error| format!(\"{{error:?}}\"))`"
)]
pub trait Reports: Into<BoxError> {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Reports for E {}

/// A value that a task with `retry = n` takes, one for each attempt: any type that is [`Clone`].
#[diagnostic::on_unimplemented(
    message = "a task that is retried takes `{Self}` by value, which cannot be cloned for another attempt",
    label = "`{Self}` is not `Clone`",
    note = "take it by reference, or implement `Clone` for it"
)]
pub trait Repeats: Sized {
    #[doc(hidden)]
    #[must_use]
    fn again(of: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Repeats for T {
    fn again(of: &T) -> T {
        of.clone()
    }
}

/// What a task `anywhere` takes or returns: a [`Wire`] value, or a slice, text or path that it borrows, of which the owned form crosses.
#[diagnostic::on_unimplemented(
    message = "a task that runs anywhere cannot take or return `{Self}`: it cannot cross from one worker to another",
    label = "this is a `{Self}`, which is not `Wire`",
    note = "add `#[derive(Wire)]` to your own type, or wrap a serde type in `Serde`; without `anywhere`, the task stays on the worker that spawns it"
)]
pub trait Anywhere {
    #[doc(hidden)]
    fn held(_of: PhantomData<Self>) {}
}

impl<T: Wire> Anywhere for T {}
impl<T: Wire> Anywhere for [T] {}
impl Anywhere for str {}
impl Anywhere for Path {}
impl Anywhere for OsStr {}

/// What a return type written as a `Result` yields when all is well.
pub trait Yields {
    /// The value.
    type Value;
}

impl<T, E> Yields for Result<T, E> {
    type Value = T;
}

/// A task's value that another task takes although handles to it remain: any type that is [`Clone`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be copied out of a task's result",
    label = "the function takes this by value, but `{Self}` does not implement `Clone`",
    note = "move the handle in (without `&`), or let the function take a reference"
)]
pub trait ClonedOut: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ClonedOut for T {}

/// The result of a function that is called as a task, by the function's [`Mark`](TaskInfo::Mark): any type, if it has `#[task]`.
///
/// That the function is a task is asked of its result, and not of the function, because rustc has already said so if there is no
/// such function: then the result has no type, and nothing more is said.
#[diagnostic::on_unimplemented(
    message = "this function is not a `#[task]`",
    label = "not a `#[task]`",
    note = "mark the function with `#[task]`, or wrap the call in a block, `{{ f(x) }}`, to make it an ordinary expression"
)]
pub trait ResultOf<Mark> {
    #[doc(hidden)]
    #[inline(always)]
    fn made(_result: &Self) {}

    #[doc(hidden)]
    #[inline(always)]
    fn passed(self) -> Self
    where
        Self: Sized,
    {
        self
    }

    #[doc(hidden)]
    #[inline(always)]
    fn discarded<D: Discarded>(self) -> D
    where
        Self: Sized,
    {
        drop(self);
        D::discarded()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> ResultOf<Marked> for T {}

/// Stands for the descriptor of a function that has none: what the name of a plain function means to `dag!` and `spawn!`.
///
/// It is described like a task, so that the one error there is, that its results are not [those of a task](ResultOf), is the
/// only one.
#[derive(Debug)]
pub enum NotATask {}

impl TaskInfo for NotATask {
    type Mark = NotATask;
    const NAME: &'static str = "";
    const FILE: &'static str = "";
    const LINE: u32 = 0;
    type Discarded = ();
    type Shapes = ();
    type Outcome = Returns;
}

/// A value, and only a value, that the name of a task means where nothing else is found: see the descriptor of a task, in the macros.
#[allow(
    non_upper_case_globals,
    reason = "it is imported under the name of a function"
)]
pub const nothing: () = ();

impl<const N: usize> ShapeAt<N> for () {
    type Shape = ByValue;
}

/// The result of a task, where nobody uses it.
#[must_use = "the result of this task is never used: bind it with `let`, or say `let _ =` if that is meant"]
#[derive(Debug)]
pub struct TaskResult;
