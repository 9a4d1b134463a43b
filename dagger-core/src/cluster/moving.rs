//! Queued tasks that idle workers take from busy ones.

use crate::cluster::carried::Carried;
use crate::cluster::items::Tag;
use crate::cluster::node::Node;
use crate::cluster::spawn::{Wish, send};
use crate::dynamic::Task;
use crate::dynamic::block::{Header, New, Reference};
use crate::dynamic::complete;
use crate::dynamic::dependency::Arguments;
use crate::dynamic::dependents::{Edge, Notify};
use crate::error::{Error, Result};
use crate::lowered::Failure;
use crate::pool::lane;
use crate::seam::TaskView;
use crate::wire::Wire;
use std::fmt;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

/// Between two questions of an idle worker: at first, and at most.
const SOON: Duration = Duration::from_micros(500);
const LATE: Duration = Duration::from_millis(50);
/// A worker that has seen no work of others for so long asks nobody.
const FORGOTTEN: Duration = Duration::from_secs(1);

/// Sends the work of a claimed task of its own types to another worker. Unsafe to call unless the task is claimed, by the caller, and of those types.
pub(super) type HandOn = unsafe fn(&'static Node, NonNull<Header>, u32);

/// A task of this worker whose work another one does, under the name of a second task.
pub(crate) struct Moved {
    /// The second one, which ends here when its outcome has come.
    from: Reference,
    /// The first one, Running and referring to itself until then.
    to: NonNull<Header>,
    /// Moves the value of the one into the stage of the other.
    hand_over: unsafe fn(Reference, NonNull<Header>) -> Result<()>,
}

// SAFETY: the task `to` is ended by whoever ends `from`, on whatever thread; its type allows that, as for any task.
unsafe impl Send for Moved {}

impl Moved {
    /// The second task has ended: so has the first.
    pub(crate) fn ended(self) {
        // SAFETY: both were made for the same type of value, and `to` is claimed, its work taken out.
        let outcome = unsafe { (self.hand_over)(self.from, self.to) };
        // SAFETY: claimed by who handed it on, and ended here, once; it refers to itself until then, and its value is in place if the
        // outcome is good.
        unsafe { complete::end_elsewhere(self.to, outcome) };
    }
}

impl fmt::Debug for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moved({:x})", self.from.header().id)
    }
}

/// Sends the work of a task to another worker.
///
/// # Safety
/// The caller has claimed the task, which is of these types.
pub(super) unsafe fn hand_on<A, F, T>(node: &'static Node, header: NonNull<Header>, to: u32)
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    // SAFETY: the caller's promise. The closure has no size and no values.
    let (arguments, _) = unsafe { New::<A, F>::take_out::<T>(header) };
    // SAFETY: a running task refers to itself.
    let this = unsafe { header.as_ref() };
    let input_bytes = this.assigned().map_or(0, |assigned| assigned.input_bytes);
    let wish = Wish::of(this);
    if let Some(error) = arguments.poison() {
        // SAFETY: claimed by the caller, its work taken out; ended once.
        unsafe { complete::end_elsewhere(header, Err(error)) };
        return;
    }
    let task: Task<T> = send::<A, F, T>(
        node,
        this.site,
        wish,
        this.parent,
        arguments,
        (to, input_bytes, None),
    );
    let from = task.reference().clone();
    from.header().need();
    let moved = Moved {
        from: from.clone(),
        to: header,
        hand_over: hand_over::<T>,
    };
    let edge = NonNull::from(Box::leak(Box::new(Edge::new(Notify::Moved(moved)))));
    drop(task);
    // SAFETY: a leaked box stays until who tells it frees it.
    if !unsafe { from.header().tell_of_end(edge) } {
        // SAFETY: the list did not take it, so it is still ours.
        let edge = unsafe { Box::from_raw(edge.as_ptr()) };
        drop(from);
        if let Notify::Moved(moved) = edge.notify {
            moved.ended();
        }
    }
}

/// # Safety
/// Both tasks have values of this type; the stage of `to` holds nothing that had to be dropped, and nobody else looks at it.
unsafe fn hand_over<T>(from: Reference, to: NonNull<Header>) -> Result<()> {
    // SAFETY: the caller's promise, and the reference is given up for the handle.
    let task: Task<T> = unsafe { Task::from_reference(from) };
    if let Some(error) = task.failure() {
        return Err(error);
    }
    // The second task was made by `hand_on`, which has told nobody of it: there is our reference, and that of who has brought the value.
    if !task.header().word.take_among_others() {
        return Err(Error::msg(
            "the value of a task that was moved is not there",
        ));
    }
    // SAFETY: taken just now, from the one stage to the other.
    unsafe {
        let value = task.header().take_value::<T>();
        to.as_ref().put_value(value);
    }
    Ok(())
}

impl Node {
    /// A worker has idle threads: it gets queued tasks of ours where that pays.
    pub(super) fn offer(&'static self, worker: u32, idle: usize) {
        // A worker that receives is about to take a task itself.
        let own = usize::from(lane::with(|lane| lane.worker().is_some()));
        for _ in 0..idle {
            if self.home().queued() <= own {
                return;
            }
            // A thread of our own that is idle is nearer.
            if self.home().idle() > 0 {
                return;
            }
            let taken = self.home().take_queued(|task| self.may_move(task, worker));
            let Some(header) = taken else { return };
            // SAFETY: a claimed task refers to itself.
            let assigned = unsafe { header.as_ref() }.assigned().cloned();
            if let Some(hand_on) = assigned.and_then(|assigned| assigned.hand_on) {
                // SAFETY: claimed by `take_queued`, and the function was made for its types.
                unsafe { hand_on(self, header, worker) };
            }
        }
    }

    fn may_move(&self, task: &Header, to: u32) -> bool {
        let Some(assigned) = task.assigned() else {
            return false;
        };
        let mut view = TaskView::new(task.name(), task.priority());
        view.key = task.site.key;
        assigned.hand_on.is_some()
            && self
                .placement()
                .pays_to_move(&view, assigned.input_bytes, self.rank(), to as usize)
    }
}

/// When an idle worker asks, and whom.
pub(super) struct Asking {
    /// When work of others was last seen here.
    work: Instant,
    next: Instant,
    pause: Duration,
    whom: usize,
}

impl Asking {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Asking {
            work: now,
            next: now,
            pause: SOON,
            whom: 0,
        }
    }

    /// Work of others has come.
    pub(super) fn seen_work(&mut self) {
        self.work = Instant::now();
        self.pause = SOON;
    }

    /// Asks if it is time; returns after how long to look again.
    pub(super) fn look(&mut self, node: &'static Node) -> Duration {
        if node.size() == 1 || self.work.elapsed() > FORGOTTEN {
            return FORGOTTEN;
        }
        let now = Instant::now();
        if now < self.next {
            return self.next - now;
        }
        let idle = node.home().idle();
        if idle > 0 {
            self.whom = (self.whom + 1) % node.size();
            if self.whom == node.rank() {
                self.whom = (self.whom + 1) % node.size();
            }
            node.item(
                self.whom as u32,
                Tag::Idle,
                &(idle as u64).to_le_bytes(),
                Vec::new(),
            );
            node.flush();
            self.pause = (self.pause * 2).min(LATE);
        }
        self.next = now + self.pause;
        self.pause
    }
}

/// An error for a question that makes no sense.
pub(super) fn checked(idle: u64) -> Result<usize> {
    usize::try_from(idle)
        .map_err(|_| Error::msg("a worker with more idle threads than there can be"))
}
