//! Waiting for a task, on any thread, without deadlock.
//!
//! # On a worker of the task's runtime
//!
//! The awaited task is *Ready*: claim it and run it here, on top of the stack. It is *Waiting*: go on with its first
//! unfinished dependency, and come back (a list, no recursion). It is *Running*: on this very worker it can only be further down the stack, so it
//! would wait for itself, which is an error; on another one there is nothing to do but help.
//!
//! # What may be run while waiting
//!
//! Whatever runs on top of a waiting stack must not wait for anything further down that stack, because that cannot go
//! on before it ends. Call the innermost task of the stack Y and the task it waits for A. Safe are:
//! * A itself and its dependencies: Y cannot end before them anyway.
//! * Tasks spawned by Y, and tasks spawned by A. A task gets to know handles only through its captures, arguments and their
//!   values, all of which existed when it was spawned or were made by what it was waiting for. Y and the tasks below it
//!   are waiting for A, so their handles existed before, or were made by, nothing that A or a child of Y descends from, except by
//!   way of Y's own spawner. That spawner got Y's handle after Y's captures were fixed, so neither Y nor A can have been given it,
//!   unless through a channel or shared memory, which the documentation of `Task` rules out.
//! * On a stack with no task at all (`main`, inside `enter`), anything: nobody can wait for `main`.
//! * Tasks pinned to this worker, since nobody else can run them.
//!
//! So leapfrogging is restricted to *children* of Y and A, told apart by the spawner's id in the header. Taking just anything from
//! the deque of the worker that runs A would be wrong: queues are first in first out and refilled in batches, so
//! they also hold tasks that have nothing to do with A and may wait for Y.
//!
//! With nothing to help with, the thread parks. Work that turns up later does not wake it, so a worker inside a task looks
//! again every millisecond.
//!
//! # On other threads
//!
//! Workers of other runtimes among them. They never run tasks; they sleep until told.

use crate::dynamic::block::{Header, Reference};
use crate::dynamic::complete::{self, CLAIMED};
use crate::dynamic::current;
use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::state::Phase;
use crate::dynamic::waiter::{Sleeper, Waiter};
use crate::error::{Error, Result};
use crate::pool::lane;
use crate::pool::{Job, Worker};
use crate::standstill::waits::Watched;
use crate::sync::atomic::Ordering;
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;

/// How many jobs that may not be run here a waiting worker takes out of queues before it only sleeps.
const UNSUITABLE: u32 = 8;
/// How many entries of other tasks a worker puts back at the end of its own queue while it looks for the one it waits for.
const PUT_BACK: u32 = 4;
/// With so many tasks in its queue, a worker whose stack is free takes them in their order, whichever it waits for.
const BULK: usize = 32;
/// After it had to put one back, it does not look again for so many tasks.
const PAUSE: u32 = 32;
/// A task that is run by its waiter needs this much stack, or gets a new piece.
const RED_ZONE: usize = 128 * 1024;
/// The size of a new piece of stack: reserved, touched as needed.
const STACK_PIECE: usize = 4 * 1024 * 1024;

/// Waits until the task has ended.
///
/// # Errors
/// When it can never end because it waits, on this thread, for itself.
#[inline]
pub(crate) fn until_ended(task: &Reference) -> Result<()> {
    if task.header().word.now().phase().ended() {
        return Ok(());
    }
    wait(task)
}

#[cold]
fn wait(task: &Reference) -> Result<()> {
    task.header().need();
    task.header().home.with_worker(|worker| match worker {
        Some(worker) => on_worker(worker, task),
        None => {
            on_thread(task);
            Ok(())
        }
    })
}

/// Waits until nobody else refers to a finished task, or until it is no longer finished (its value was taken).
pub(crate) fn until_sole(task: &Reference) {
    let header = task.header();
    let sole = || {
        let now = header.word.now();
        now.references() == 1 || now.phase() != Phase::Finished
    };
    header.home.with_worker(|worker| match worker {
        Some(worker) => {
            let helper = Helper::new(worker);
            worker.wait_helping(sole, || helper.find(None));
        }
        None => {
            let mut naps = 0;
            while !sole() {
                naps += 1;
                match naps {
                    0..64 => std::thread::yield_now(),
                    _ => std::thread::sleep(std::time::Duration::from_micros(50)),
                }
            }
        }
    });
}

fn on_thread(task: &Reference) {
    let header = task.header();
    let sleeper = Sleeper::Thread(std::thread::current());
    with_waiter(header, sleeper, |waiter| {
        let _asleep = Asleep::begin();
        let watched = Watched::new(header);
        watched.look();
        while !waiter.is_told() {
            match watched.nap() {
                Some(nap) => std::thread::park_timeout(nap),
                None => std::thread::park(),
            }
            watched.look();
        }
    });
}

/// Says that this thread sleeps, to the runtime whose tasks it runs, if it does.
struct Asleep;

impl Asleep {
    fn begin() -> Self {
        Asleep::set(true);
        Asleep
    }

    fn set(asleep: bool) {
        lane::with(|lane| match (lane.worker(), lane.lent_to()) {
            (Some(worker), _) => worker.shared().sleep().set_away(worker.index(), asleep),
            (None, Some(home)) => home.lent_waits(asleep),
            (None, None) => {}
        });
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        Asleep::set(false);
    }
}

/// Calls `sleep` with a waiter that the task will tell, unless it has ended. `sleep` returns only after that.
fn with_waiter(task: &Header, sleeper: Sleeper, sleep: impl FnOnce(&Waiter)) {
    let waiter = Waiter::new(sleeper);
    let edge = UnsafeCell::new(Edge::new(Notify::Thread(NonNull::from(&waiter))));
    // SAFETY: both stay on this stack until the waiter has been told: `sleep` waits for that, and should it unwind, so do we.
    let linked = unsafe { task.tell_of_end(NonNull::new_unchecked(edge.get())) };
    if linked {
        let _even_if_it_unwinds = Told(&waiter);
        sleep(&waiter);
    }
}

/// Does not go away before its waiter has been told.
struct Told<'a>(&'a Waiter);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        while !self.0.is_told() {
            std::thread::yield_now();
        }
    }
}

fn on_worker(worker: &Worker, target: &Reference) -> Result<()> {
    // The chain of dependencies from the target down to what has to run first.
    let mut path: Vec<Reference> = Vec::new();
    loop {
        let task = path.last().unwrap_or(target);
        let header = task.header();
        match header.word.now().phase() {
            Phase::Ready if header.pinned().is_none_or(|index| index == worker.index()) => {
                run_here(worker, task);
            }
            Phase::Waiting => match header.unfinished() {
                Some(dependency) => path.push(dependency),
                // Its last dependency has just ended, or it waits to be the only user of a value.
                None => help_until(worker, task, |phase| phase != Phase::Waiting),
            },
            // relaxed: if this thread runs the task, it wrote the number itself.
            Phase::Running if header.runner.load(Ordering::Relaxed) as usize == worker.index() => {
                return Err(
                    Error::msg(format!("task `{}` waits for itself", header.name()))
                        .or_origin(header.origin()),
                );
            }
            Phase::Away => header.need(),
            Phase::Running | Phase::Ready => sleep_until_ended(worker, task),
            Phase::Finished | Phase::Failed | Phase::Cancelled | Phase::Taken => {
                if path.pop().is_none() {
                    return Ok(());
                }
            }
        }
    }
}

/// Runs a ready task on top of this stack, if nobody else has begun to.
fn run_here(worker: &Worker, task: &Reference) {
    let queued = if worker.stack_is_free()
        && worker.tasks_waiting() >= BULK
        && worker.shared().threads() > 1
    {
        // Others steal from the front of this queue at the same time. To claim out of turn what they may have stolen already
        // would only leave them with stale entries; going through the queue in its order, nobody is in anybody's way.
        match worker.pop_task() {
            Some(job) if std::ptr::eq(job.head(), &raw const task.header().job) => true,
            Some(job) => {
                if !complete::discard_if_stale(job) {
                    worker.execute(job);
                }
                return;
            }
            None => false,
        }
    } else {
        current::may_look() && take_entry(worker, task.header())
    };
    let claimed = if queued {
        let claimed = task.header().word.claim_queued();
        if !claimed {
            // SAFETY: its entry has been taken out just now.
            unsafe { complete::lift(task.pointer()) };
        }
        claimed
    } else {
        task.header().word.claim_waited()
    };
    if claimed {
        // SAFETY: claimed just now, and `task` is a reference.
        let job = unsafe { Job::new(&raw const task.header().job, CLAIMED) };
        stacker::maybe_grow(RED_ZONE, STACK_PIECE, || worker.execute(job));
    }
}

/// Takes the task's entry out of this worker's own queue, where it often is the next one, so that it does not stay
/// there after the task has been run; and with it entries that did stay there. False if it was not found.
///
/// So that they cannot pile up, each look removes more stale entries than were made since the last one: it ends only
/// at [`PUT_BACK`] entries that are not stale, and comes after at most [`PAUSE`] tasks that were run without one.
fn take_entry(worker: &Worker, task: &Header) -> bool {
    let mut put_back = 0;
    while let Some(job) = worker.pop_task() {
        if std::ptr::eq(job.head(), &raw const task.job) {
            return true;
        }
        if !complete::discard_if_stale(job) {
            worker.push_task(job);
            put_back += 1;
            if put_back == PUT_BACK {
                current::pause_looking(PAUSE);
                return false;
            }
        }
    }
    false
}

fn sleep_until_ended(worker: &Worker, task: &Reference) {
    let header = task.header();
    let helper = Helper::new(worker);
    with_waiter(
        header,
        Sleeper::Worker(header.home, worker.index()),
        |waiter| {
            let watched = Watched::new(header);
            let told = || {
                watched.glance();
                waiter.is_told()
            };
            worker.wait_helping(told, || helper.find(Some(header)));
        },
    );
}

fn help_until(worker: &Worker, task: &Reference, done: impl Fn(Phase) -> bool) {
    let header = task.header();
    let helper = Helper::new(worker);
    let watched = Watched::new(header);
    // The task may become ready, which is published, or fail, which is not.
    worker.watch_helping(
        || {
            watched.glance();
            done(header.word.now().phase())
        },
        || helper.find(Some(header)),
    );
}

/// Finds what may be run while waiting; see the module's page.
struct Helper<'a> {
    worker: &'a Worker,
    unsuitable: Cell<u32>,
    /// The id of the innermost task on this stack; `None` in a graph's node that came from elsewhere, whose task is there.
    waiting: Option<u64>,
}

impl<'a> Helper<'a> {
    fn new(worker: &'a Worker) -> Self {
        let task = current::task();
        // SAFETY: the task that runs on this thread refers to itself.
        let waiting = unsafe { task.as_ref() }.map(|task| task.id);
        Helper {
            worker,
            unsuitable: Cell::new(0),
            waiting,
        }
    }

    /// A job that may be run on top of this stack while it waits for `awaited`.
    fn find(&self, awaited: Option<&Header>) -> Option<Job> {
        if self.worker.stack_is_free() {
            return self.worker.find();
        }
        if let Some(job) = self
            .worker
            .pop_pinned_task()
            .or_else(|| self.worker.pop_pinned_fork())
        {
            return Some(job);
        }
        if self.unsuitable.get() >= UNSUITABLE {
            return None;
        }
        if let Some(waiting) = self.waiting
            && let Some(job) = self.worker.pop_task()
        {
            return self.if_child_of(job, waiting);
        }
        let awaited = awaited?;
        // relaxed: a hint; stealing synchronises.
        let runner = awaited.runner.load(Ordering::Relaxed) as usize;
        if let Some(job) = self.worker.steal_fork_of(awaited.id, runner) {
            return Some(job);
        }
        let job = self.worker.steal_task(runner)?;
        self.if_child_of(job, awaited.id)
    }

    /// The job, if the task `parent` spawned it; it is put back otherwise.
    fn if_child_of(&self, job: Job, parent: u64) -> Option<Job> {
        if complete::discard_if_stale(job) {
            return None;
        }
        if complete::parent_of(job) == Some(parent) {
            return Some(job);
        }
        self.unsuitable.set(self.unsuitable.get() + 1);
        self.worker.push_task(job);
        None
    }
}
