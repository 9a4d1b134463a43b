//! Running a task and what follows from its end: telling dependents, queueing those that became ready.
//!
//! Nothing here recurses: a task that ends makes its dependents ready; the first of them is run next by the same thread
//! in the same loop, the others are queued. A failure travels the same way, since a task whose dependency failed becomes ready
//! like any other and then ends with that error instead of running.

use crate::dynamic::block::{Header, NO_RUNNER, Reference};
use crate::dynamic::current;
use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::reclaim;
use crate::dynamic::state::{Cancel, Phase};
use crate::error::Error;
use crate::lowered::drop_quietly;
use crate::observe::{self, GraphId, Outcome, TaskRef};
use crate::pool::{Job, JobHead, lane};
use crate::sync::atomic::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// The argument of a job that comes out of a queue.
pub(crate) const QUEUED: u32 = 0;
/// The argument of a job that its waiter has claimed.
pub(crate) const CLAIMED: u32 = 1;

/// The function of every task's job. Never unwinds.
///
/// # Safety
/// `job` begins the header of a task that the caller took out of a queue ([`QUEUED`]), or has claimed and keeps a
/// reference to ([`CLAIMED`]).
pub(crate) unsafe fn run_job(job: *const JobHead, how: u32) {
    // SAFETY: never null, and `job` is the first field of a `repr(C)` header.
    let header = unsafe { NonNull::new_unchecked(job.cast_mut().cast::<Header>()) };
    if how == CLAIMED {
        let mut ready = ReadyTasks {
            next: None,
            keep: false,
        };
        // SAFETY: the caller's promise.
        unsafe { run_claimed(header, &mut ready) };
        return;
    }
    // SAFETY: the hold keeps a queued task.
    let this = unsafe { header.as_ref() };
    let header = this
        .home
        .more_urgent(header, this.pinned().is_some())
        .unwrap_or(header);
    // SAFETY: the job, or the entry it was swapped for, has been taken out.
    unsafe { run_queued(header) };
}

/// Runs a task whose queue entry has been taken out, and what it leads to; nothing if somebody was faster.
///
/// # Safety
/// The entry has been taken out, and this is called once for it.
pub(crate) unsafe fn run_queued(header: NonNull<Header>) {
    let mut next = Some(header);
    while let Some(header) = next {
        // SAFETY: the hold, which the queue's entry stands for, keeps it.
        if unsafe { header.as_ref() }.word.claim_queued() {
            let mut ready = ReadyTasks {
                next: None,
                keep: true,
            };
            // SAFETY: claimed just now.
            unsafe { run_claimed(header, &mut ready) };
            next = ready.next;
        } else {
            // SAFETY: the entry has been taken out.
            unsafe { lift(header) };
            next = None;
        }
    }
}

/// Runs a claimed task to its end.
///
/// # Safety
/// The caller has claimed it and does not use it afterwards except through a reference.
unsafe fn run_claimed(header: NonNull<Header>, ready: &mut ReadyTasks) {
    // SAFETY: a running task refers to itself.
    let this = unsafe { header.as_ref() };
    let worker = lane::with(|lane| {
        lane.worker()
            .map_or(NO_RUNNER, |worker| worker.index() as u32)
    });
    // relaxed: a hint to waiters; the same thread reads its own value.
    this.runner.store(worker, Ordering::Relaxed);
    this.dependents.prefetch();
    let before = current::set_task(header.as_ptr());
    let phase = if this.extra.is_none() && !current::inherits() && !observe::enabled() {
        // SAFETY: the caller's promise.
        unsafe { Header::execute(header) }
    } else {
        // SAFETY: the caller's promise.
        unsafe { execute_observed(header) }
    };
    current::set_task(before);
    // Dropping a value that nobody wants may run a panicking destructor; the hook has told, and a job must not unwind.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the value or error is in place.
        unsafe { end(header, phase, ready) }
    }));
    if let Err(payload) = ended {
        drop_quietly(payload);
    }
}

/// The same with options in effect, and reported if somebody observes.
///
/// # Safety
/// As for [`Header::execute`].
#[cold]
unsafe fn execute_observed(header: NonNull<Header>) -> Phase {
    // SAFETY: a running task refers to itself.
    let this = unsafe { header.as_ref() };
    let inherited = this
        .extra
        .as_ref()
        .and_then(|extra| extra.inherited.clone());
    let _until_the_end = current::inherit(inherited);
    let observed = observe::enabled();
    if observed {
        observe::task_begin(TaskRef {
            id: this.id,
            name: this.name(),
            file: this.site.file,
            line: this.site.line,
            graph: GraphId::NONE,
        });
    }
    // SAFETY: the caller's promise.
    let run = || unsafe { Header::execute(header) };
    let phase = match this.assigned() {
        Some(assigned) => assigned.timed(run),
        None => run(),
    };
    if observed {
        let outcome = match phase {
            Phase::Finished => Outcome::Done,
            Phase::Cancelled => Outcome::Cancelled,
            // SAFETY: we have just put the error there.
            _ if unsafe { this.error() }.is_panic() => Outcome::Panicked,
            _ => Outcome::Failed,
        };
        observe::task_end(this.id, outcome);
    }
    phase
}

/// Ends a claimed task whose value or error is in place, and tells who waits.
///
/// # Safety
/// The caller has claimed it.
unsafe fn end(header: NonNull<Header>, phase: Phase, ready: &mut ReadyTasks) {
    // SAFETY: the task refers to itself until `end`.
    let this = unsafe { header.as_ref() };
    let assigned = this.assigned().cloned();
    let error = match phase {
        Phase::Failed | Phase::Cancelled if assigned.is_some() => {
            // SAFETY: the caller has put the error there.
            Some(unsafe { this.error() }.clone())
        }
        _ => None,
    };
    // Closed first: dependents own references, so with the order turned round the block could be gone here.
    let edges = this.dependents.close();
    let left = this.word.end(phase);
    for edge in edges {
        // SAFETY: the edges of a closed list are told once.
        unsafe { tell(edge, ready) };
    }
    if let Some(assigned) = assigned {
        assigned.ended(error);
    }
    // SAFETY: `left` comes from the transition just now. A dependent that was told may have dropped its reference since, but
    // then there was one at the time of `end` and `left` is `Others`.
    unsafe { reclaim::settle(header, left) };
}

/// Tells one edge that its dependency has ended.
///
/// # Safety
/// The edge came out of a closed list, or is the edge of a consumer whose wait is over; it is told once.
unsafe fn tell(edge: NonNull<Edge>, ready: &mut ReadyTasks) {
    // SAFETY: an edge stays until it has been told.
    match unsafe { &(*edge.as_ptr()).notify } {
        // SAFETY: one of its pending dependencies is this one, and we give it up here.
        Notify::Task(consumer) => unsafe { depends_on_fewer(*consumer, 1, ready) },
        // SAFETY: the waiter stays until it has been told.
        Notify::Thread(waiter) => unsafe { crate::dynamic::waiter::Waiter::tell(*waiter) },
        Notify::Future(_) | Notify::Cluster(..) | Notify::Moved(_) => {
            // SAFETY: edges of futures and of the cluster are boxes that who tells them frees.
            let edge = unsafe { Box::from_raw(edge.as_ptr()) };
            match edge.notify {
                Notify::Future(awaiting) => awaiting.wake(),
                Notify::Cluster(node, id) => node.known_ended(id),
                Notify::Moved(moved) => moved.ended(),
                Notify::Task(_) | Notify::Thread(_) => unreachable!("matched above"),
            }
        }
    }
}

/// Tells the consumer of a task that it now holds the only reference.
///
/// # Safety
/// The caller cleared the Unique flag.
#[cold]
pub(crate) unsafe fn tell_consumer(header: NonNull<Header>) {
    // SAFETY: the consumer's reference keeps the task.
    let this = unsafe { header.as_ref() };
    // Acquire pairs with the Release in `want_unique`; ordered already by the word's transitions.
    let edge = NonNull::new(this.unique.load(Ordering::Acquire));
    let mut ready = ReadyTasks {
        next: None,
        keep: false,
    };
    if let Some(edge) = edge {
        // SAFETY: the flag is cleared once, so the edge is told once.
        unsafe { tell(edge, &mut ready) };
    }
}

/// `count` dependencies of a waiting task have ended; after the last one it is ready.
///
/// # Safety
/// The caller owns that many of `pending`.
pub(crate) unsafe fn depends_on_fewer(header: NonNull<Header>, count: u32, ready: &mut ReadyTasks) {
    // SAFETY: pending dependencies are part of the hold.
    let this = unsafe { header.as_ref() };
    // AcqRel pairs with itself: the last one sees what all dependencies did.
    if this.pending.fetch_sub(count, Ordering::AcqRel) != count {
        return;
    }
    if this.word.ready() {
        ready.push(header);
    } else {
        // Cancelled meanwhile.
        // SAFETY: no edge is in any list any more, and no queue has the task.
        unsafe { lift(header) };
    }
}

/// Lifts the hold of a task and frees it if that was the last thing that kept it.
///
/// # Safety
/// The task is in no queue and no list any more.
pub(crate) unsafe fn lift(header: NonNull<Header>) {
    // SAFETY: the hold keeps it until here.
    if unsafe { header.as_ref() }.word.lift() {
        // SAFETY: no reference (Gone is set) and no hold; the stage was emptied before Gone.
        unsafe { Header::free(header) };
    }
}

/// Stops a task that has not started, asks one that is running. True if the task will not run.
pub(crate) fn cancel(task: &Reference) -> bool {
    let this = task.header();
    match this.word.cancel() {
        Cancel::Claimed => {
            // SAFETY: claimed just now.
            unsafe { end_without_running(task.pointer(), Error::cancelled(this.origin())) };
            true
        }
        Cancel::Asked | Cancel::TooLate => {
            if let Some(away) = this.away() {
                away.cancel();
            }
            false
        }
    }
}

/// Ends a block whose task ran on another worker.
///
/// # Safety
/// The block is Running by a `summon`, ended once, with its value in the stage or nothing to be dropped in it if the outcome is an error;
/// the caller keeps a reference.
pub(crate) unsafe fn end_elsewhere(header: NonNull<Header>, outcome: Result<(), Error>) {
    let phase = match outcome {
        Ok(()) => Phase::Finished,
        Err(error) => {
            let cancelled = error.is_cancelled();
            // SAFETY: the caller's promise.
            unsafe { Header::put_error(header, error) };
            if cancelled {
                Phase::Cancelled
            } else {
                Phase::Failed
            }
        }
    };
    let mut ready = ReadyTasks::queued();
    // SAFETY: the caller's promise.
    unsafe { end(header, phase, &mut ready) };
}

/// Ends a claimed task with this error.
///
/// # Safety
/// The caller has claimed it and keeps a reference.
pub(crate) unsafe fn end_without_running(header: NonNull<Header>, error: Error) {
    let phase = if error.is_cancelled() {
        Phase::Cancelled
    } else {
        Phase::Failed
    };
    let mut ready = ReadyTasks {
        next: None,
        keep: false,
    };
    // SAFETY: the caller's promise.
    unsafe {
        Header::abandon(header);
        Header::put_error(header, error);
        end(header, phase, &mut ready);
    }
}

/// Where tasks go that have become ready: one to be run next by this thread, if it can, and the others to the queues.
pub(crate) struct ReadyTasks {
    next: Option<NonNull<Header>>,
    keep: bool,
}

impl ReadyTasks {
    /// All to the queues.
    pub(crate) fn queued() -> Self {
        ReadyTasks {
            next: None,
            keep: false,
        }
    }

    /// Takes a task that is ready and held by nobody's queue yet.
    #[inline]
    fn push(&mut self, header: NonNull<Header>) {
        // SAFETY: the hold keeps it.
        let this = unsafe { header.as_ref() };
        if self.keep && self.next.is_none() && this.home.runs_here(this) {
            self.next = Some(header);
        } else {
            this.home.queue(header);
        }
    }
}

/// Gets rid of a queue's entry whose task somebody else has claimed. False: it is still to be run.
pub(crate) fn discard_if_stale(job: Job) -> bool {
    let Some(header) = task_of(job) else {
        return false;
    };
    // SAFETY: the hold keeps a queued task.
    if unsafe { header.as_ref() }.word.now().phase() == Phase::Ready {
        return false;
    }
    // SAFETY: the entry has been taken out, and a task that has left Ready does not come back.
    unsafe { lift(header) };
    true
}

/// Claims the task of a job that was taken out of a queue, if `takes` accepts it. `Ok(None)`: it was run already. `Err`: the job, still to be run.
pub(crate) fn claim_if(
    job: Job,
    takes: impl Fn(&Header) -> bool,
) -> Result<Option<NonNull<Header>>, Job> {
    let Some(header) = task_of(job) else {
        return Err(job);
    };
    // SAFETY: the hold keeps a queued task.
    let task = unsafe { header.as_ref() };
    if task.word.now().phase() == Phase::Ready && !takes(task) {
        return Err(job);
    }
    if task.word.claim_queued() {
        return Ok(Some(header));
    }
    // SAFETY: the entry has been taken out, and a task that has left Ready does not come back.
    unsafe { lift(header) };
    Ok(None)
}

/// The id of the task that spawned the task of this job; `None` for jobs that are no dynamic tasks. Tokens of urgent tasks
/// have no spawner: they count as spawned outside.
pub(crate) fn parent_of(job: Job) -> Option<u64> {
    match task_of(job) {
        // SAFETY: the hold keeps a queued task.
        Some(header) => Some(unsafe { header.as_ref() }.parent),
        None if job.runs(crate::dynamic::home::run_token) => Some(0),
        None => None,
    }
}

fn task_of(job: Job) -> Option<NonNull<Header>> {
    job.runs(run_job)
        .then(|| NonNull::new(job.head().cast_mut().cast()))?
}
