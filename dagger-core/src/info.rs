//! What `#[task]` says about a function: the typed descriptor that `dag!`, `spawn!` and the scheduler read.
//!
//! `#[task] fn add1(..)` leaves the function alone and adds an empty type of the same name, in the type namespace, that
//! implements [`TaskInfo`]. Everything in it is a constant, so reading it costs nothing at run time.
//!
//! Deliberately not here: the function itself. It is called by its own path, so that rustc checks the call.

use crate::lowered::Discarded;
use crate::scope::Scope;
use crate::seam::identity;

/// The descriptor of a task. Implemented by `#[task]`, not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "not a `#[task]`",
    note = "mark the function with `#[task]`"
)]
pub trait TaskInfo {
    /// [`Marked`] for every task.
    type Mark;
    /// The task's name: the function's, unless `name = ".."` says otherwise.
    const NAME: &'static str;
    /// The file the function is written in.
    const FILE: &'static str;
    /// The line the function is written on.
    const LINE: u32;
    /// Ready tasks of higher priority run first; 0 unless given.
    const PRIORITY: i32 = 0;
    /// How many times a failed attempt is repeated.
    const RETRY: u32 = 0;
    /// Whether the return type is written as a `Result`.
    const FALLIBLE: bool = false;
    /// Whether all types must be able to cross ranks.
    const ANYWHERE: bool = false;
    /// Whether the result is kept on disk where `DAGGER_CHECKPOINT` says so.
    const CHECKPOINT: bool = false;
    /// How much of its processor the task keeps busy, above 0 and at most 1.
    const OCCUPANCY: f64 = 1.0;
    /// The expected work in nanoseconds on one CPU thread, where the author knows it; a first guess for the scheduler.
    const COST: Option<f64> = None;
    /// `()` when the task returns nothing, else [`TaskResult`](crate::rules::TaskResult).
    type Discarded: Discarded;
    /// How each parameter is taken: sixteen of [`ByValue`], [`ByRef`], [`ByMut`]; the unused ones are `ByValue`.
    type Shapes;
    /// [`Returns`] or [`MayFail`]: what the function's return type makes of its value.
    type Outcome;

    /// The author's words of where the task must run, for pictures; empty if anywhere.
    const PLACE: &'static str = "";

    /// Where the task must run, unless the call says otherwise.
    fn scope() -> Option<Scope> {
        None
    }
}

/// What a graph records of a task that one of its nodes calls.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub name: &'static str,
    pub priority: i32,
    /// [`TaskInfo::PLACE`].
    pub scope: &'static str,
    /// Whether it has a place of its own.
    pub is_placed: bool,
    /// Where it is written: what tells it from other tasks.
    pub written: (&'static str, u32),
    /// [`TaskInfo::scope`].
    pub place: fn() -> Option<Scope>,
    /// By which a placement remembers the task, as [`SpawnSite`](crate::lowered::SpawnSite)s do.
    pub key: u64,
    /// [`TaskInfo::COST`].
    pub cost: Option<f64>,
    /// [`TaskInfo::OCCUPANCY`].
    pub occupancy: f64,
}

impl Facts {
    /// Those of task `I`.
    pub const fn of<I: TaskInfo>() -> Self {
        Facts {
            name: I::NAME,
            priority: I::PRIORITY,
            scope: I::PLACE,
            is_placed: !I::PLACE.is_empty(),
            written: (I::FILE, I::LINE),
            place: I::scope,
            key: identity(I::NAME, I::FILE, I::LINE),
            cost: I::COST,
            occupancy: I::OCCUPANCY,
        }
    }
}

/// The [`Mark`](TaskInfo::Mark) of a function with `#[task]`.
#[derive(Debug)]
pub enum Marked {}

/// A parameter taken by value: `x: T`.
#[derive(Debug)]
pub enum ByValue {}

/// A parameter taken by shared reference: `x: &T`.
#[derive(Debug)]
pub enum ByRef {}

/// A parameter taken by exclusive reference: `x: &mut T`.
#[derive(Debug)]
pub enum ByMut {}

/// The outcome of a task that returns its value.
#[derive(Debug)]
pub enum Returns {}

/// The outcome of a task that returns a `Result`: its error is the task's failure.
#[derive(Debug)]
pub enum MayFail {}

/// The shape of parameter `N` in a list of [`TaskInfo::Shapes`].
pub trait ShapeAt<const N: usize> {
    /// [`ByValue`], [`ByRef`] or [`ByMut`].
    type Shape;
}

/// Implements [`ShapeAt`] for one position of the tuple of sixteen.
macro_rules! shape_at {
    ($($index:literal $shape:ident),+) => {
        shape_at!(@each ($($shape),+) $($index $shape),+);
    };
    (@each $all:tt $($index:literal $shape:ident),+) => {
        $(shape_at!(@one $all $index $shape);)+
    };
    (@one ($($all:ident),+) $index:literal $shape:ident) => {
        impl<$($all),+> ShapeAt<$index> for ($($all,)+) {
            type Shape = $shape;
        }
    };
}

shape_at!(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J, 10 K, 11 L, 12 M, 13 N, 14 O, 15 P);
