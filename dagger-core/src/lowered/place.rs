//! Tasks with a place of their own, `#[task(on(..))]`, called as nodes of a graph.
//!
//! Where a *statement* says `#[on(..)]`, the executor gives the node to a thread of that place. Whether a *task* has a place is
//! not known to the macro that meets a call of it. So the expansion notes, right before each call that is a node, which task is
//! about to be called ([`At::call`], nothing at all for tasks without a place), and the body of a task with a place
//! asks ([`placed`]): if it is called as that node and the thread is not in the place, it has itself run on a
//! thread that is, while this one waits and helps with other nodes. A direct call of the function runs where it is
//! called, as a direct call does.

use crate::dynamic::waiter::{Sleeper, Waiter};
use crate::dynamic::{Chosen, acting_for, current};
use crate::error::{Error, Origin};
use crate::info::{Facts, TaskInfo};
use crate::lowered::{At, stack_depth};
use crate::options::Options;
use crate::pool::{self, Job, JobHead, Kind, Shared, Worker, lane};
use crate::rules::{Crosses, Sent};
use crate::scope::Scope;
use crate::seam::TaskView;
use crate::sync::UnsafeCell;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::Arc;

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

    /// The same for task `I`, where no table knows of the call.
    #[inline(always)]
    pub fn about<I: TaskInfo>(&self) {
        if const { !I::PLACE.is_empty() } {
            note(const { &Facts::of::<I>() });
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
        Ok(Chosen::Anywhere) => {
            let _until_the_end =
                acting_for(shared.home(), scope).map(|on| current::inherit(Some(on)));
            body()
        }
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
    waiter: Waiter,
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
        let errand = Errand::new(lane.task.get(), worker, body);
        // SAFETY: the errand is waited for below, and queued once.
        let job = unsafe { errand.job() };
        shared.send_to(thread, Kind::Fork, job);
        match worker {
            Some(worker) => worker.wait(|| errand.waiter.is_told()),
            None => {
                while !errand.waiter.is_told() {
                    std::thread::park();
                }
            }
        }
        errand.result()
    })
}

impl<F: FnOnce() -> R, R> Errand<F, R> {
    /// An errand of this thread, which is `worker` of the pool that runs it, or none of it.
    fn new(task: u64, worker: Option<&Worker>, body: F) -> Self {
        Errand {
            head: JobHead::within(task, Self::run),
            body: UnsafeCell::new(Some(body)),
            result: UnsafeCell::new(None),
            inherited: UnsafeCell::new(current::inherited()),
            waiter: Waiter::new(match worker {
                Some(worker) => Sleeper::Worker(worker.shared().home(), worker.index()),
                None => Sleeper::Thread(std::thread::current()),
            }),
        }
    }

    /// The one job of the errand.
    ///
    /// # Safety
    /// It is made and run once, and the errand stays where it is until its waiter has been told.
    unsafe fn job(&self) -> Job {
        // SAFETY: the caller's promise; `run` tells the waiter last.
        unsafe { Job::new(&raw const self.head, 0) }
    }

    /// What came of it, after its waiter has been told.
    fn result(self) -> std::thread::Result<R> {
        self.result
            .into_inner()
            .expect("a job that is done has left its result")
    }

    /// # Safety
    /// `head` begins an errand of these types whose waiter has not been told: this is its one job.
    unsafe fn run(head: *const JobHead, _: u32) {
        // SAFETY: the caller's promise: the errand lives until its waiter is told, who does not touch its cells before.
        let errand = unsafe { &*head.cast::<Self>() };
        // SAFETY: as above, for each of the three cells.
        let body = errand.body.with_mut(|body| unsafe { (*body).take() });
        // SAFETY: as above.
        let inherited = errand.inherited.with_mut(|it| unsafe { (*it).take() });
        let body = body.expect("an errand is run once");
        lane::with(|lane| lane.begin(stack_depth()));
        let result = {
            let _around = current::inherit(inherited);
            catch_unwind(AssertUnwindSafe(body))
        };
        // SAFETY: as above.
        errand.result.with_mut(|it| unsafe { *it = Some(result) });
        // SAFETY: it is told once, here; the errand may be gone afterwards.
        unsafe { Waiter::tell(NonNull::from(&errand.waiter)) };
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::thread;

    /// Who sent an errand sees what came of it, and whoever ran it touches nothing of it afterwards.
    #[test]
    fn loom_an_errand_comes_back() {
        loom::model(|| {
            let lent = UnsafeCell::new(1);
            // SAFETY: loom checks that nobody else uses the cell meanwhile.
            let body = || lent.with_mut(|number| unsafe { std::mem::replace(&mut *number, 3) });
            let errand = Errand::new(0, None, body);
            // SAFETY: run once, on the thread below, and waited for.
            let job = unsafe { errand.job() };
            let runner = thread::spawn(move || {
                let job = job;
                // SAFETY: as above.
                unsafe { job.run() }
            });
            while !errand.waiter.is_told() {
                thread::yield_now();
            }
            assert_eq!(errand.result().expect("the body does not panic"), 1);
            // SAFETY: as above.
            assert_eq!(lent.with(|number| unsafe { *number }), 3);
            runner.join().expect("a job does not unwind");
        });
    }
}
