//! Making a task: what `spawn!` calls.

use crate::cluster::{self, Carried};
use crate::dynamic::block::{Extra, Header, New, Part, Reference};
use crate::dynamic::complete::{self, ReadyTasks};
use crate::dynamic::current;
use crate::dynamic::dependency::Arguments;
use crate::dynamic::home::Home;
use crate::dynamic::placing::Chosen;
use crate::dynamic::site::SpawnSite;
use crate::dynamic::state::Cancel;
use crate::dynamic::task::Task;
use crate::error::{Error, Origin};
use crate::lowered::Failure;
use crate::observe::{self, GraphId};
use crate::options::Options;
use crate::pool::JobHead;
use crate::rules::Fetched;
use crate::scope::Scope;
use crate::seam::TaskView;
use crate::wire::Wire;
use std::marker::PhantomData;
use std::sync::Arc;

/// Spawns `run(arguments)`; it starts as soon as all tasks among the arguments have ended.
///
/// A scope that nothing satisfies, or a runtime that does not start, make a task that has failed already.
#[inline]
fn spawn<A, F, T>(
    site: &'static SpawnSite,
    options: Option<Options>,
    arguments: A,
    run: F,
) -> Task<T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Send + 'static,
{
    let (home, trouble) = match Home::here() {
        Ok(home) => (home, None),
        Err(error) => (Home::nowhere(), Some(error)),
    };
    let task = current::task();
    // SAFETY: the task that runs on this thread refers to itself.
    let parent = unsafe { task.as_ref() }.map_or(0, |task: &Header| task.id);
    let mut new = New {
        site,
        home,
        id: current::new_id(),
        parent,
        extra: None,
        arguments,
        run,
    };
    let plain = options.is_none()
        && site.scope.is_none_or(|scope| scope().is_none())
        && !current::inherits();
    let trouble = match trouble {
        None if plain => None,
        Some(error) => Some(error),
        None => decide(site, home, options)
            .map(|extra| new.extra = Some(extra))
            .err(),
    };
    begin(new, |_| {}, trouble)
}

/// A spawned call before it is known whether it can travel: what the expansion of `spawn!` makes.
///
/// `Call::new(..).spawn()` is this type's own method where everything that would have to cross to another worker can, and the one of
/// [`SpawnHere`] otherwise.
#[derive(Debug)]
#[must_use]
pub struct Call<A, F, T> {
    site: &'static SpawnSite,
    options: Option<Options>,
    arguments: A,
    run: F,
    value: PhantomData<fn() -> T>,
}

impl<A, F, T> Call<A, F, T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
{
    /// `run(arguments)`.
    #[inline]
    pub fn new(site: &'static SpawnSite, options: Option<Options>, arguments: A, run: F) -> Self {
        Call {
            site,
            options,
            arguments,
            run,
            value: PhantomData,
        }
    }
}

impl<A, F, T> Call<A, F, T>
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    /// Spawns it, on any worker.
    #[inline]
    pub fn spawn(self) -> Task<T> {
        // Values of the closure's own would have to travel too, and nobody knows what they are. (Whether `F` is `Copy` would be
        // the better question, but rustc chooses this method before it knows what a closure captures.)
        if cluster::is_bare::<F>()
            && A::crosses()
            && T::crosses()
            && let Ok(home) = Home::here()
            && let Some(node) = home.node()
        {
            return cluster::spawn(node, self.site, self.options, self.arguments, self.run);
        }
        spawn(self.site, self.options, self.arguments, self.run)
    }
}

/// Spawning what stays on the worker that spawns it.
pub trait SpawnHere {
    /// The task's value.
    type Value;
    /// Spawns it.
    // What the value must be is asked of the call, and not of the type: rustc then says that, and not that there is no such method.
    fn spawn(self) -> Task<Self::Value>
    where
        Self::Value: Fetched + 'static;
}

impl<A, F, T> SpawnHere for Call<A, F, T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
{
    type Value = T;

    #[inline]
    fn spawn(self) -> Task<T>
    where
        T: Fetched + 'static,
    {
        spawn(self.site, self.options, self.arguments, self.run)
    }
}

/// Makes the task and starts it; `before` sees it before it can run. With an error, the task has failed already.
#[inline]
pub(crate) fn begin<A, F, T>(
    new: New<A, F>,
    before: impl FnOnce(&Task<T>),
    trouble: Option<Error>,
) -> Task<T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Send + 'static,
{
    let home = new.home;
    let count = new.arguments.count();
    let header = new.build::<T>(JobHead::new(complete::run_job));
    // SAFETY: a new task has a reference for its handle, and its value is a `T`.
    let handle = unsafe { Task::from_reference(Reference::adopt(header)) };
    if observe::enabled() {
        observe::spawned(handle.header().id, GraphId::NONE);
    }
    before(&handle);
    if let Some(error) = trouble {
        stillborn(&handle, count, error);
    } else if count == 0 {
        home.queue(header);
    } else {
        // SAFETY: built with these types just now; nobody else runs it.
        let ended = unsafe { New::<A, F>::link::<T>(header) };
        // SAFETY: the guard and the dependencies that had ended are ours to give up.
        unsafe { complete::depends_on_fewer(header, ended + 1, &mut ReadyTasks::queued()) };
    }
    handle
}

/// What the options around the call, on it and on the task make of it.
#[cold]
fn decide(site: &SpawnSite, home: &Home, options: Option<Options>) -> Result<Box<Extra>, Error> {
    let inherited: Option<Arc<Options>> = current::inherited();
    let mut said = options.unwrap_or_default();
    if let Some(outer) = &inherited {
        said = said.or(outer);
    }
    let scope = said.scope.or_else(|| site.scope.and_then(|scope| scope()));
    let priority = said.priority.unwrap_or(site.priority);
    let name = said.name.unwrap_or(site.name);
    let mut inherited = inherited;
    let pinned = match scope {
        None => Chosen::Anywhere,
        Some(scope) => {
            inherited = acting_for(home, &scope).or(inherited);
            let origin = || Origin::new(name, site.file, site.line);
            let chosen = home
                .places()
                .choose(&scope, &TaskView::new(name, priority), origin);
            match (chosen, home.node()) {
                (Err(_), Some(node)) if node.satisfies(&scope) => {
                    return Err(node.cannot_travel(&scope).or_origin(origin()));
                }
                (chosen, _) => chosen?,
            }
        }
    };
    let pinned = match pinned {
        Chosen::Anywhere => None,
        Chosen::Thread(thread) => Some(thread),
    };
    Ok(Box::new(Extra {
        pinned,
        priority,
        name: said.name,
        inherited,
        part: Part::Alone,
    }))
}

/// What surrounds the work of a task with this scope, if it acts for devices: what it spawns goes there too.
pub(crate) fn acting_for(home: &Home, scope: &Scope) -> Option<Arc<Options>> {
    let acts = !home.places().has_threads_in(scope) && !home.places().devices_in(scope).is_empty();
    acts.then(|| {
        let options = Options::new().on(scope.clone());
        Arc::new(match current::inherited() {
            Some(outer) => options.or(&outer),
            None => options,
        })
    })
}

/// Ends a new task before anybody has queued it.
#[cold]
fn stillborn<T>(handle: &Task<T>, dependencies: u32, error: Error) {
    let header = handle.reference().pointer();
    // Nobody else knows the task, so this claims it.
    if handle.header().word.cancel() == Cancel::Claimed {
        // SAFETY: claimed just now, and the handle is a reference.
        unsafe { complete::end_without_running(header, error) };
    }
    // SAFETY: no edge was linked and no queue knows the task: the guard and all dependencies are ours to give up, and the
    // hold with them.
    unsafe { complete::depends_on_fewer(header, dependencies + 1, &mut ReadyTasks::queued()) };
}
