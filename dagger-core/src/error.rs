//! The one error type of Dagger: which task, which source line, what it said.
//!
//! [`Error`] is one pointer wide and shared when cloned, because one failure may poison thousands of tasks.
//! An error keeps its *origin*: when a failure passes through nested tasks and graphs, the innermost task that
//! failed stays the one that is named, and nothing is wrapped a second time.
//!
//! `?` turns every [`std::error::Error`] into an [`Error`], so that `main` and tasks can return [`Result`]. For that,
//! [`Error`] itself cannot implement `std::error::Error` (the two conversions would overlap; `anyhow` made the same
//! choice). It *dereferences* to one and converts into `Box<dyn std::error::Error + Send + Sync>`, so `?` works in that
//! direction too, and converting back gives the same error again.
//!
//! This module deliberately does not print anything, and it does not decide which of several failures wins.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// What Dagger's functions return: a value or an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error at all, as the standard library passes them around.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// A failure: which task failed, where it was written, and what it said.
///
/// Cheap to clone (one counter); all clones are the same failure.
///
/// ```
/// # use dagger_core::{Error, Result};
/// fn read() -> Result<String> {
///     Ok(std::fs::read_to_string("/no/such/file")?) // any error converts
/// }
/// let error = read().unwrap_err();
/// assert!(error.downcast_ref::<std::io::Error>().is_some());
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

/// Where a task was written: file and line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location<'a> {
    /// The source file, as the compiler names it (relative to the workspace).
    pub file: &'a str,
    /// The line in it, counted from 1.
    pub line: u32,
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Error {
    /// An error with a message of its own and no task yet: `Err(Error::msg("no files given"))`.
    ///
    /// A task that returns it becomes its origin.
    pub fn msg(message: impl Into<String>) -> Self {
        Self::build(Kind::Message(message.into()), None)
    }

    /// An error from anything that converts into a boxed error: strings, boxed errors, this type.
    ///
    /// A boxed [`Error`] comes out as it went in.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self::from_boxed(error.into())
    }

    /// The name of the task that failed first, if the failure came from a task.
    pub fn task(&self) -> Option<&str> {
        self.inner.origin.as_ref().map(|origin| &*origin.task)
    }

    /// The source line of that task.
    pub fn location(&self) -> Option<Location<'_>> {
        let origin = self.inner.origin.as_ref()?;
        Some(Location {
            file: &origin.file,
            line: origin.line,
        })
    }

    /// The worker (rank) on which that task failed, where that is another than the one that asks.
    pub fn worker(&self) -> Option<usize> {
        self.inner.origin.as_ref()?.worker
    }

    /// What the failure itself said, without the task and its line.
    pub fn message(&self) -> String {
        match &self.inner.kind {
            Kind::Message(text) | Kind::Panicked(text) | Kind::Start(text) => text.clone(),
            Kind::Failed(source) => source.to_string(),
            Kind::Empty => "it returned `None`".to_owned(),
            Kind::Cancelled => "cancelled".to_owned(),
            Kind::Unsatisfied { scope, processors } => {
                format!("no processor satisfies the scope `{scope}`; there are: {processors}")
            }
            Kind::NotRepeatable(what) => format!("{what} cannot be used a second time"),
        }
    }

    /// True when the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.inner.kind, Kind::Panicked(_))
    }

    /// True when the task was cancelled before it started, or needed the value of one that was.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.inner.kind, Kind::Cancelled)
    }

    /// True when the task was asked to run where nothing can run it.
    pub fn is_unsatisfied(&self) -> bool {
        matches!(self.inner.kind, Kind::Unsatisfied { .. })
    }

    /// The error value the task returned, if it returned one.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.inner.kind {
            Kind::Failed(source) => Some(&**source),
            _ => None,
        }
    }

    /// The error value the task returned, or one it was caused by, as its own type.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut next = self.source();
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<E>() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// True when both are clones of one failure.
    pub fn is_same(&self, other: &Error) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

/// How the runtime makes errors. An origin that is already there is kept: the first one wins.
impl Error {
    /// A task returned an error.
    pub(crate) fn failed(origin: Origin, source: BoxError) -> Self {
        Self::from_boxed(source).or_origin(origin)
    }

    /// A task of type `Option` returned `None` and `?` was applied to it.
    pub(crate) fn empty(origin: Origin) -> Self {
        Self::build(Kind::Empty, Some(origin))
    }

    /// A task panicked. A payload that is itself an [`Error`] (a `fetch` that was unwrapped, say) keeps its text only.
    pub(crate) fn panicked(origin: Origin, payload: &(dyn Any + Send)) -> Self {
        Self::build(Kind::Panicked(panic_text(payload)), Some(origin))
    }

    /// A task was cancelled before it started.
    pub(crate) fn cancelled(origin: Origin) -> Self {
        Self::build(Kind::Cancelled, Some(origin))
    }

    /// No processor of this program satisfies the scope.
    pub(crate) fn unsatisfied(
        origin: Option<Origin>,
        scope: impl fmt::Display,
        processors: impl fmt::Display,
    ) -> Self {
        let kind = Kind::Unsatisfied {
            scope: scope.to_string(),
            processors: processors.to_string(),
        };
        Self::build(kind, origin)
    }

    /// The runtime could not be started.
    pub(crate) fn start(reason: impl fmt::Display) -> Self {
        Self::build(Kind::Start(reason.to_string()), None)
    }

    /// A prepared graph would have to use a value a second time that was moved in and cannot be cloned.
    pub(crate) fn not_repeatable(origin: Option<Origin>, what: impl fmt::Display) -> Self {
        Self::build(Kind::NotRepeatable(what.to_string()), origin)
    }

    /// Names the task this error came from, unless it already names one.
    pub(crate) fn or_origin(mut self, origin: Origin) -> Self {
        if self.inner.origin.is_some() {
            return self;
        }
        match Arc::get_mut(&mut self.inner) {
            Some(inner) => {
                inner.origin = Some(origin);
                self
            }
            // Shared already: the clones elsewhere keep saying what they said.
            None => Self::build(Kind::Failed(Box::new(Chained(self))), Some(origin)),
        }
    }

    /// The error inside a boxed one if it is ours, a new one around it otherwise.
    pub(crate) fn from_boxed(source: BoxError) -> Self {
        match source.downcast::<Chained>() {
            Ok(chained) => chained.0,
            Err(source) => Self::build(Kind::Failed(source), None),
        }
    }

    fn build(kind: Kind, origin: Option<Origin>) -> Self {
        Error {
            inner: Arc::new(Inner { kind, origin }),
        }
    }
}

/// The task an error is attributed to.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The task's name as the user knows it.
    pub(crate) task: Cow<'static, str>,
    /// The source file in which the task was called or spawned.
    pub(crate) file: Cow<'static, str>,
    /// The line of that call.
    pub(crate) line: u32,
    /// The worker it ran on, if that is another than the one that is told.
    pub(crate) worker: Option<usize>,
}

impl Origin {
    /// An origin from what a macro knows while it expands.
    pub(crate) fn new(
        task: impl Into<Cow<'static, str>>,
        file: impl Into<Cow<'static, str>>,
        line: u32,
    ) -> Self {
        Origin {
            task: task.into(),
            file: file.into(),
            line,
            worker: None,
        }
    }
}

/// What a panic said: the text of its payload, which is a string in all but exotic programs.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "the panic carried no text".to_owned()
    }
}

struct Inner {
    kind: Kind,
    origin: Option<Origin>,
}

/// Why. Private, so that reasons can be added; the accessors of [`Error`] answer what programs need to know.
enum Kind {
    /// A message of the program's own, not wrapped around another error.
    Message(String),
    /// A task (or a plain function, when there is no origin) returned this error.
    Failed(BoxError),
    /// `?` met `None`.
    Empty,
    /// A task panicked with this text.
    Panicked(String),
    /// A task was cancelled before it started.
    Cancelled,
    /// Nothing can run the task where it was asked to run.
    Unsatisfied { scope: String, processors: String },
    /// A prepared graph cannot run again.
    NotRepeatable(String),
    /// The runtime could not start.
    Start(String),
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match &self.kind {
            Kind::Message(_) | Kind::Failed(_) | Kind::Empty | Kind::NotRepeatable(_) => "failed",
            Kind::Panicked(_) => "panicked",
            Kind::Cancelled => "was cancelled",
            Kind::Unsatisfied { .. } => "cannot run",
            Kind::Start(_) => "could not start",
        };
        if let Some(origin) = &self.origin {
            let location = Location {
                file: &origin.file,
                line: origin.line,
            };
            write!(f, "task `{}` {verb} at {location}", origin.task)?;
            if let Some(worker) = origin.worker {
                write!(f, " on worker {worker}")?;
            }
            if matches!(self.kind, Kind::Cancelled) {
                return Ok(());
            }
            f.write_str(": ")?;
        }
        match &self.kind {
            Kind::Message(text) | Kind::Panicked(text) => f.write_str(text),
            Kind::Failed(source) => fmt::Display::fmt(source, f),
            Kind::Empty => f.write_str("it returned `None`"),
            Kind::Cancelled => f.write_str("cancelled"),
            Kind::Unsatisfied { scope, processors } => {
                write!(
                    f,
                    "no processor satisfies the scope `{scope}`; there are: {processors}"
                )
            }
            Kind::NotRepeatable(what) => write!(f, "{what} cannot be used a second time"),
            Kind::Start(reason) => write!(f, "the runtime could not start: {reason}"),
        }
    }
}

impl Inner {
    /// The errors below the one that `Display` already shows.
    fn causes(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        let shown: Option<&(dyn StdError + 'static)> = match &self.kind {
            Kind::Failed(source) => Some(&**source),
            _ => None,
        };
        std::iter::successors(
            shown.and_then(|error| error.source()),
            |error: &&(dyn StdError + 'static)| {
                let error: &(dyn StdError + 'static) = *error;
                error.source()
            },
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.inner, f)
    }
}

/// Prints what [`Display`](fmt::Display) prints and then the causes, one a line, because this is what a `main` that
/// returns an error shows to the user.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.inner, f)?;
        for cause in self.inner.causes() {
            write!(f, "\n  caused by: {cause}")?;
        }
        Ok(())
    }
}

/// An [`Error`] as a `std::error::Error`: what sits inside a boxed one and what [`Error`] dereferences to.
#[repr(transparent)]
struct Chained(Error);

impl fmt::Display for Chained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Chained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Chained {
    /// The error below the one that `Display` already shows, so that no line of a report is printed twice.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.inner.causes().next()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Error::from_boxed(Box::new(error))
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Chained(error))
    }
}

impl From<Error> for Box<dyn StdError + Send + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Chained(error))
    }
}

impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Chained(error))
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        // SAFETY: `Chained` is a transparent wrapper of `Error`, so a reference to the one is a valid reference to the
        // other, with the same lifetime.
        let chained: &Chained = unsafe { &*(self as *const Error).cast::<Chained>() };
        chained
    }
}

impl AsRef<dyn StdError + Send + Sync> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &**self
    }
}

#[cfg(test)]
mod tests;
mod wire;
