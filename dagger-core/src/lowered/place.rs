//! Tasks with a place of their own, `#[task(on(..))]`, called as nodes of a graph.
//!
//! Where a *statement* says `#[on(..)]`, the executor gives the node to a thread of that place. Whether a *task* has a place is
//! not known to the macro that meets a call of it. So the expansion notes, right before each call that is a node, which task is
//! about to be called ([`At::call`], nothing at all for tasks without a place), and the body of a task with a place
//! asks ([`placed`]): if it is called as that node and the thread is not in the place, it has itself run on a
//! thread that is, while this one waits and helps with other nodes. A direct call of the function runs where it is
//! called, as a direct call does.

use crate::dynamic::{Chosen, current};
use crate::error::{Error, Origin};
use crate::info::{Facts, TaskInfo};
use crate::lowered::{At, stack_depth};
use crate::options::Options;
use crate::pool::{self, Job, JobHead, Kind, Shared, lane};
use crate::rules::{Crosses, Sent};
use crate::scope::Scope;
use crate::seam::TaskView;
use crate::sync::atomic::{AtomicBool, Ordering};
use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::Thread;

thread_local! {
    /// The task with a place that is about to be called as a node on this thread.
    static CALLED: Cell<Option<&'static Facts>> = const { Cell::new(None) };
}

impl At<'_> {
    /// Says that the node that runs is about to call this task.
    #[inline(always)]
    pub fn call(&self, task: &'static Facts) {
        if task.is_placed {
            note(task);
        }
    }

    /// Says that node `node` runs from here on, and is about to call this task.
    #[inline(always)]
    pub fn task(&self, node: u32, task: &'static Facts) {
        self.step(node);
        self.call(task);
    }
}

#[cold]
fn note(task: &'static Facts) {
    CALLED.set(Some(task));
}

/// Runs the body of task `I`, which has a place: on this thread, unless it is called as a node and this is not the place.
///
/// # Panics
/// As `body` does; and with a payload that `Site::panicked` knows where no processor is inside the place.
pub fn placed<I: TaskInfo, R: Crosses>(body: impl FnOnce() -> R + Sent) -> R {
    let called = CALLED.take();
    let is_this = |task: &&Facts| task.written == (I::FILE, I::LINE) && task.name == I::NAME;
    let Some(task) = called.filter(is_this) else {
        return body();
    };
    // What surrounds a call is stronger than what the task says.
    let surrounded = current::inherited().is_some_and(|options| options.scope.is_some());
    match I::scope().filter(|_| !surrounded) {
        Some(scope) => run_in(&scope, task, body),
        None => body(),
    }
}

/// Runs `body` on a thread of this runtime that is inside `scope`, and waits for it.
fn run_in<R: Crosses>(scope: &Scope, task: &Facts, body: impl FnOnce() -> R + Sent) -> R {
    let refuse = |error: Error| -> ! { resume_unwind(Box::new(Refused(error))) };
    let view = TaskView::new(task.name, task.priority);
    // The node's own origin is put in where the refusal arrives.
    let origin = || Origin::new(task.name, "", 0);
    let shared = match shared() {
        Ok(shared) => shared,
        Err(error) => refuse(error),
    };
    if is_inside(scope) {
        return body();
    }
    match shared.home().places().choose(scope, &view, origin) {
        Ok(Chosen::Thread(thread)) => {
            // SAFETY: `Sent` and `Crosses` hold for types that are `Send`, and for no others.
            match unsafe { run_on(&shared, thread, body) } {
                Ok(value) => value,
                Err(payload) => resume_unwind(payload),
            }
        }
        Ok(Chosen::Anywhere) => body(),
        Err(_) => refuse(Error::unsatisfied(None, scope, shared.home().places())),
    }
}

/// The pool of this thread, or the default one.
fn shared() -> Result<Arc<Shared>, Error> {
    match lane::with(|lane| lane.worker().map(|worker| Arc::clone(worker.shared()))) {
        Some(shared) => Ok(shared),
        None => pool::default_pool().map(Arc::clone),
    }
}

/// Whether this thread is inside `scope`.
fn is_inside(scope: &Scope) -> bool {
    lane::with(|lane| {
        lane.worker().is_some_and(|worker| {
            let places = worker.shared().home().places();
            places.holds(scope, worker.index())
        })
    })
}

/// The pool and the thread of it where the options around this point want work done, if that is not done here already.
///
/// # Errors
/// When no processor is inside the scope of those options.
pub(crate) fn elsewhere(
    origin: impl FnOnce() -> Origin,
) -> Result<Option<(Arc<Shared>, usize)>, Error> {
    let Some(scope) = current::inherited_scope() else {
        return Ok(None);
    };
    if is_inside(&scope) {
        return Ok(None);
    }
    let shared = shared()?;
    let view = TaskView::new("", 0);
    Ok(
        match shared.home().places().choose(&scope, &view, origin)? {
            Chosen::Anywhere => None,
            Chosen::Thread(thread) => Some((shared, thread)),
        },
    )
}

/// Whether the options around this point want work done on another thread than this one.
pub(crate) fn is_elsewhere() -> bool {
    current::inherits() && current::inherited_scope().is_some_and(|scope| !is_inside(&scope))
}

/// The payload of a panic that says: there is no such place.
struct Refused(Error);

/// The error in a panic's payload, if the panic says that a task has no place to run.
pub(crate) fn refusal(
    payload: Box<dyn Any + Send>,
    origin: impl FnOnce() -> Origin,
) -> Result<Error, Box<dyn Any + Send>> {
    let refused: Box<Refused> = payload.downcast()?;
    Ok(refused.0.or_origin(origin()))
}

/// A closure on its way to a thread, on the stack of who waits for it.
#[repr(C)]
struct Errand<F, R> {
    head: JobHead,
    body: UnsafeCell<Option<F>>,
    result: UnsafeCell<Option<std::thread::Result<R>>>,
    inherited: UnsafeCell<Option<Arc<Options>>>,
    done: AtomicBool,
    waiter: Waiter,
}

enum Waiter {
    /// A worker of the pool, which helps meanwhile.
    Worker(*const Shared, usize),
    Outside(Thread),
}

/// Runs `body` on thread `thread` of the pool and waits for it; a panic of it is returned.
///
/// The wait is one of a node for another: a worker helps with forks meanwhile, and serves what only it may run.
///
/// # Safety
/// `body` may be run, and what it returns be used, on another thread.
pub(crate) unsafe fn run_on<F: FnOnce() -> R, R>(
    shared: &Arc<Shared>,
    thread: usize,
    body: F,
) -> std::thread::Result<R> {
    lane::with(|lane| {
        let worker = lane
            .worker()
            .filter(|worker| Arc::ptr_eq(worker.shared(), shared));
        let errand = Errand {
            head: JobHead::within(lane.task.get(), run_errand::<F, R>),
            body: UnsafeCell::new(Some(body)),
            result: UnsafeCell::new(None),
            inherited: UnsafeCell::new(current::inherited()),
            done: AtomicBool::new(false),
            waiter: match worker {
                Some(worker) => Waiter::Worker(Arc::as_ptr(shared), worker.index()),
                None => Waiter::Outside(std::thread::current()),
            },
        };
        // SAFETY: the errand lives until `done`, which the job sets last, and is queued once.
        let job = unsafe { Job::new(&raw const errand.head, 0) };
        shared.send_to(thread, Kind::Fork, job);
        // Acquire pairs with the Release in `run_errand`: the result is visible.
        let done = || errand.done.load(Ordering::Acquire);
        match worker {
            Some(worker) => worker.wait(done),
            None => {
                while !done() {
                    std::thread::park();
                }
            }
        }
        errand
            .result
            .into_inner()
            .expect("a job that is done has left its result")
    })
}

/// # Safety
/// `head` begins an `Errand<F, R>` that waits for this call.
unsafe fn run_errand<F: FnOnce() -> R, R>(head: *const JobHead, _: u32) {
    // SAFETY: the caller's promise; `done` is not set yet, so the errand lives and its waiter does not touch its cells.
    let errand = unsafe { &*head.cast::<Errand<F, R>>() };
    // SAFETY: as above, for the three cells.
    let (body, inherited) = unsafe {
        (
            (*errand.body.get()).take(),
            (*errand.inherited.get()).take(),
        )
    };
    let body = body.expect("an errand is run once");
    lane::with(|lane| lane.begin(stack_depth()));
    let result = {
        let _around = current::inherit(inherited);
        catch_unwind(AssertUnwindSafe(body))
    };
    // SAFETY: as above.
    unsafe { *errand.result.get() = Some(result) };
    let (pool, outside) = match &errand.waiter {
        Waiter::Worker(pool, index) => (Some((*pool, *index)), None),
        Waiter::Outside(thread) => (None, Some(thread.clone())),
    };
    // Release pairs with the Acquire of the waiter, who may take the errand away from here on.
    errand.done.store(true, Ordering::Release);
    if let Some((pool, index)) = pool {
        // SAFETY: this thread is a worker of that pool and so keeps it alive.
        unsafe { (*pool).unpark(index) };
    }
    if let Some(thread) = outside {
        thread.unpark();
    }
}
