//! The arguments of a spawned call: which of them are tasks, and how their values reach the function's parameters.
//!
//! `spawn!` cannot see types, so it lets rustc decide, in three steps of ordinary method calls:
//!
//! 1. [`Probe`]`(argument).sort()` sorts by type: handles, references to handles, collections of handles have an inherent
//!    method; everything else finds the one of the trait [`SortValue`].
//! 2. `.refine()` sorts further what step 1 could not: handles whose value can be cloned, plain references.
//! 3. [`Hand::hold`] and `pass()` hand the value to a parameter of a known shape, with the type the parameter
//!    wants, so that a mismatch is rustc's own error at the user's token.

use crate::dynamic::task::Task;
use crate::info::{ByMut, ByRef, ByValue};
use crate::rules::{ClonedOut, Crosses};

/// Step 1: what sort of argument this is.
#[derive(Debug)]
pub struct Probe<X>(X);

impl<X: Crosses> Probe<X> {
    /// An argument, checked at the user's token to be fit for another thread; so what it is sorted into
    /// need not be checked again (one mistake, one error).
    #[inline]
    pub(crate) fn new(argument: X) -> Self {
        Probe(argument)
    }
}

/// The value of a handle that was moved in: taken if nobody else refers to it, cloned otherwise.
#[derive(Debug)]
pub struct Owned<T>(pub(crate) Task<T>);

/// The same for a value that cannot be cloned: the task waits until nobody else refers to it.
#[derive(Debug)]
pub struct Sole<T>(pub(crate) Task<T>);

/// The value of a handle passed by reference: shared.
#[derive(Debug)]
pub struct Borrowed<T>(pub(crate) Task<T>);

/// The values of many handles, shared or not.
#[derive(Debug)]
pub struct Many<T>(pub(crate) Vec<Task<T>>);

/// An ordinary value.
#[derive(Debug)]
pub struct Value<X>(pub(crate) X);

/// An ordinary reference to something that lives for ever.
#[derive(Debug)]
pub struct Forever<U: ?Sized + 'static>(pub(crate) &'static U);

/// A variable of a spawned expression, as it is: a handle among them is not waited for.
#[derive(Debug)]
pub struct Captured<X>(pub(crate) X);

impl<X: Crosses> Captured<X> {
    /// A variable, checked as [`Probe::new`] does.
    #[inline]
    pub(crate) fn new(variable: X) -> Self {
        Captured(variable)
    }
}

impl<X> Captured<X> {
    /// The variable.
    #[inline]
    pub fn take(self) -> X {
        self.0
    }
}

/// Runs a spawned expression on its variables. Here, because a closure's parameters only have types where its caller says which.
#[inline]
pub fn with_captured<V, R>(variables: V, run: impl FnOnce(V) -> R) -> R {
    run(variables)
}

impl<T> Probe<Task<T>> {
    /// A handle.
    pub fn sort(self) -> Handle<T> {
        Handle(self.0)
    }
}

impl<T> Probe<&Task<T>> {
    /// A handle by reference.
    pub fn sort(self) -> Borrowed<T> {
        Borrowed(self.0.share())
    }
}

impl<T> Probe<&&Task<T>> {
    /// What iterating over references to handles gives.
    pub fn sort(self) -> Borrowed<T> {
        Borrowed(self.0.share())
    }
}

impl<T> Probe<Vec<Task<T>>> {
    /// Many handles.
    pub fn sort(self) -> Many<T> {
        Many(self.0)
    }
}

impl<T, const N: usize> Probe<[Task<T>; N]> {
    /// Many handles.
    pub fn sort(self) -> Many<T> {
        Many(self.0.into())
    }
}

impl<T> Probe<&[Task<T>]> {
    /// Many handles by reference.
    pub fn sort(self) -> Many<T> {
        Many(self.0.iter().map(Task::share).collect())
    }
}

impl<T> Probe<&Vec<Task<T>>> {
    /// Many handles by reference.
    pub fn sort(self) -> Many<T> {
        Many(self.0.iter().map(Task::share).collect())
    }
}

impl<T, const N: usize> Probe<&[Task<T>; N]> {
    /// Many handles by reference.
    pub fn sort(self) -> Many<T> {
        Many(self.0.iter().map(Task::share).collect())
    }
}

/// Says that a class of arguments may be sent to the thread that runs the task.
macro_rules! checked_by_probe {
    ($($class:ident)+) => {
        $(
            // SAFETY: these are only made, through `sort` and `refine`, of what `Probe::new` or `Captured::new` was given, which implements
            // `Crosses`, so is `Send`: a handle, many of them, or a value; or a reference to handles, and then their
            // values are `Sync` too, which is what sharing handles takes.
            unsafe impl<T> Send for $class<T> {}
        )+
    };
}

checked_by_probe!(Owned Sole Borrowed Many Value Captured);
// SAFETY: as above; a reference that is `Send` was given.
unsafe impl<U: ?Sized> Send for Forever<U> {}

/// Step 1 for everything that is no handle.
pub trait SortValue {
    /// The value.
    type Plain;
    /// An ordinary value.
    fn sort(self) -> Value<Self::Plain>;
}

impl<X> SortValue for Probe<X> {
    type Plain = X;

    fn sort(self) -> Value<X> {
        Value(self.0)
    }
}

/// A handle that was moved in, before it is known whether its value can be cloned.
#[derive(Debug)]
pub struct Handle<T>(Task<T>);

impl<T: Clone> Handle<T> {
    /// Step 2: it can.
    pub fn refine(self) -> Owned<T> {
        Owned(self.0)
    }
}

impl<T> Borrowed<T> {
    /// Step 2: nothing to refine.
    pub fn refine(self) -> Self {
        self
    }
}

impl<T> Many<T> {
    /// Step 2: nothing to refine.
    pub fn refine(self) -> Self {
        self
    }
}

impl<U: ?Sized> Value<&'static U> {
    /// Step 2: a reference, handed on as it is.
    pub fn refine(self) -> Forever<U> {
        Forever(self.0)
    }
}

/// Step 2 for what has no inherent method.
pub trait Refine {
    /// The same argument, known better.
    type Refined;
    /// Step 2.
    fn refine(self) -> Self::Refined;
}

impl<T> Refine for Handle<T> {
    type Refined = Sole<T>;

    fn refine(self) -> Sole<T> {
        Sole(self.0)
    }
}

impl<X> Refine for Value<X> {
    type Refined = Value<X>;

    fn refine(self) -> Value<X> {
        self
    }
}

/// Step 3: an argument that a parameter of shape `S` can take.
pub trait Hand<S> {
    /// What the running task keeps while the function runs.
    type Held;
    /// Gets hold of the value; all dependencies have ended well.
    fn hold(self) -> Self::Held;
}

/// A value for a parameter that takes it.
#[derive(Debug)]
pub struct Given<X>(X);

impl<X> Given<X> {
    /// The argument.
    #[inline]
    pub fn pass(self) -> X {
        self.0
    }
}

/// A task's value for a parameter that looks at it.
#[derive(Debug)]
pub struct Shown<T>(Task<T>);

impl<T> Shown<T> {
    /// The argument.
    #[inline]
    pub fn pass(&self) -> &T {
        // SAFETY: the task ended well (checked before the function is called), and our reference keeps the value where it is:
        // it is taken only by who holds the only reference.
        unsafe { &*self.0.header().value::<T>() }
    }
}

/// A task's value for a parameter that takes it, while its handle remains.
#[derive(Debug)]
pub struct Cloning<T>(Task<T>);

impl<T> Cloning<T> {
    /// The argument. Whether it can be cloned is asked here, where the only thing missing can be that.
    #[inline]
    pub fn pass(self) -> T
    where
        T: ClonedOut,
    {
        self.0.take_or_clone()
    }
}

/// A value for a parameter that looks at it or changes it; nobody sees it afterwards.
#[derive(Debug)]
pub struct Kept<X>(X);

/// [`Kept`] for a parameter that changes it.
#[derive(Debug)]
pub struct Lent<X>(X);

impl<X> Kept<X> {
    /// The argument.
    #[inline]
    pub fn pass(&self) -> &X {
        &self.0
    }
}

impl<X> Lent<X> {
    /// The argument.
    #[inline]
    pub fn pass(&mut self) -> &mut X {
        &mut self.0
    }
}

/// Values of many tasks for a parameter that looks at them.
#[derive(Debug)]
pub struct ManyShown<T: 'static> {
    values: Vec<&'static T>,
    /// Keeps the values; dropped after the references.
    _tasks: Vec<Task<T>>,
}

impl<T> ManyShown<T> {
    /// The argument: a `&[&T]`.
    #[inline]
    pub fn pass(&self) -> &Vec<&T> {
        &self.values
    }
}

impl<T: Clone> Hand<ByValue> for Owned<T> {
    type Held = Given<T>;
    #[inline]
    fn hold(self) -> Given<T> {
        Given(self.0.take_or_clone())
    }
}

impl<T> Hand<ByRef> for Owned<T> {
    type Held = Shown<T>;
    #[inline]
    fn hold(self) -> Shown<T> {
        Shown(self.0)
    }
}

impl<T: Clone> Hand<ByMut> for Owned<T> {
    type Held = Lent<T>;
    #[inline]
    fn hold(self) -> Lent<T> {
        Lent(self.0.take_or_clone())
    }
}

impl<T> Hand<ByValue> for Sole<T> {
    type Held = Given<T>;
    fn hold(self) -> Given<T> {
        Given(self.0.take_sole())
    }
}

impl<T> Hand<ByRef> for Sole<T> {
    type Held = Shown<T>;
    fn hold(self) -> Shown<T> {
        Shown(self.0)
    }
}

impl<T> Hand<ByMut> for Sole<T> {
    type Held = Lent<T>;
    fn hold(self) -> Lent<T> {
        Lent(self.0.take_sole())
    }
}

impl<T> Hand<ByValue> for Borrowed<T> {
    type Held = Cloning<T>;
    #[inline]
    fn hold(self) -> Cloning<T> {
        Cloning(self.0)
    }
}

impl<T> Hand<ByRef> for Borrowed<T> {
    type Held = Shown<T>;
    #[inline]
    fn hold(self) -> Shown<T> {
        Shown(self.0)
    }
}

impl<T: ClonedOut> Hand<ByMut> for Borrowed<T> {
    type Held = Lent<T>;
    fn hold(self) -> Lent<T> {
        Lent(self.0.take_or_clone())
    }
}

impl<T: ClonedOut> Hand<ByValue> for Many<T> {
    type Held = Given<Vec<T>>;
    fn hold(self) -> Given<Vec<T>> {
        Given(self.0.into_iter().map(Task::take_or_clone).collect())
    }
}

impl<T: 'static> Hand<ByRef> for Many<T> {
    type Held = ManyShown<T>;
    fn hold(self) -> ManyShown<T> {
        // SAFETY: the tasks ended well, and their references, kept beside, keep the values where they are. `pass` shortens
        // the lifetime to that of the borrow.
        let values = self
            .0
            .iter()
            .map(|task| unsafe { &*task.header().value::<T>() })
            .collect();
        ManyShown {
            values,
            _tasks: self.0,
        }
    }
}

impl<X> Hand<ByValue> for Value<X> {
    type Held = Given<X>;
    #[inline]
    fn hold(self) -> Given<X> {
        Given(self.0)
    }
}

impl<X> Hand<ByRef> for Value<X> {
    type Held = Kept<X>;
    #[inline]
    fn hold(self) -> Kept<X> {
        Kept(self.0)
    }
}

impl<X> Hand<ByMut> for Value<X> {
    type Held = Lent<X>;
    #[inline]
    fn hold(self) -> Lent<X> {
        Lent(self.0)
    }
}

impl<U: ?Sized> Hand<ByValue> for Forever<U> {
    type Held = Given<&'static U>;
    fn hold(self) -> Given<&'static U> {
        Given(self.0)
    }
}

impl<U: ?Sized> Hand<ByRef> for Forever<U> {
    type Held = Given<&'static U>;
    fn hold(self) -> Given<&'static U> {
        Given(self.0)
    }
}
