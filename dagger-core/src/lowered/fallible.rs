//! Small typed calls through which rustc checks what a graph needs of its values, with our wording.

use crate::error::BoxError;
use crate::lowered::Slot;

/// What `?` can be applied to inside `dag!`: `Result` with any error, and `Option`.
#[diagnostic::on_unimplemented(
    message = "`?` inside `dag!` needs a `Result` or an `Option`, not `{Self}`",
    label = "this is a `{Self}`",
    note = "the error of the `Result` must convert into `Box<dyn std::error::Error + Send + Sync>`"
)]
pub trait Fallible {
    /// The value in the good case.
    type Value;
    /// Splits into the value and what is left in the bad case.
    fn branch(self) -> Result<Self::Value, Failure>;
}

/// The bad case of a [`Fallible`]: the error, or `None`.
#[derive(Debug)]
pub struct Failure(pub(crate) Option<BoxError>);

impl<T, E: Into<BoxError>> Fallible for Result<T, E> {
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

/// What `?` does inside a graph, up to naming the node.
#[inline(always)]
pub fn branch<F: Fallible>(value: F) -> Result<F::Value, Failure> {
    value.branch()
}

/// A value that may be used on another thread than the one that made it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross from one task to another: it cannot be sent between threads",
    label = "this value is a `{Self}`, which is not `Send`",
    note = "tasks of a `dag!` run on several threads; use a type that is `Send` (`Arc` for `Rc`, `Mutex` for `RefCell`, say)"
)]
pub trait Crosses {}

#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Crosses for T {}

/// A value that several tasks may read at the same time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared by tasks that run side by side: it cannot be read from several threads",
    label = "this value is a `{Self}`, which is not `Sync`",
    note = "several tasks of this `dag!` borrow it at the same time; use a type that is `Sync` (`Mutex` for `RefCell`, `Arc` for `Rc`, say)"
)]
pub trait Shares {}

#[diagnostic::do_not_recommend]
impl<T: Sync + ?Sized> Shares for T {}

/// A value that more than one task takes by value.
#[diagnostic::on_unimplemented(
    message = "use of moved value: more than one task takes this `{Self}` by value",
    label = "taken by value here, and again later",
    note = "`{Self}` is not `Copy`: borrow it with `&`, or give this task a `.clone()`; a `&mut` reference can be lent on with `&mut *`"
)]
pub trait Copied {}

#[diagnostic::do_not_recommend]
impl<T: Copy> Copied for T {}

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

/// What is left of a task's result that nobody uses: `()` for tasks without a result, [`UnusedResult`] for others.
pub trait Discarded {
    /// Makes one.
    fn discarded() -> Self;
}

/// Stands for the result of a task that nobody uses, so that rustc warns.
#[must_use = "the result of this task is never used: bind it with `let`, or say `let _ =` if that is meant"]
#[derive(Debug)]
pub struct UnusedResult;

impl Discarded for () {
    #[inline(always)]
    fn discarded() -> Self {}
}

impl Discarded for UnusedResult {
    #[inline(always)]
    fn discarded() -> Self {
        UnusedResult
    }
}

/// Drops a task's result; rustc warns unless the task has none.
#[inline(always)]
pub fn discard<D: Discarded, T>(value: T) -> D {
    drop(value);
    D::discarded()
}
