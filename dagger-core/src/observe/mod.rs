//! Seeing what runs: one cheap path of events from the executors to whoever observes.
//!
//! The executors ask [`enabled`] (one relaxed load) and, only when somebody observes, report what they do: a graph or a
//! task begins or ends, a task is created, depends on another, is stolen, a thread idles. Each thread writes its events
//! into a ring of its own (`ring`), without locks; the hub (`hub`) drains the rings and hands the events, in batches, to
//! every [`Observer`].
//!
//! The observers that come with the crate:
//! - [`record`] keeps a section of the program: [`Recording`] gives its events, spans, utilisation, profile, and the
//!   Gantt chart as SVG;
//! - `DAGGER_TRACE=file.json` writes a trace that Perfetto and `chrome://tracing` open; any other extension than `.svg`
//!   means the same;
//! - `DAGGER_TRACE=file.svg` writes the Gantt chart of the whole run instead;
//! - `DAGGER_PROGRESS=1` shows the progress of long graphs on stderr;
//! - `DAGGER_PROFILE=1` prints a table per task name on stderr at the end.
//!
//! Deliberately not here: nothing decides or times anything for the scheduler (that is the cost model's), and nothing
//! travels between ranks: each process sees its own threads.

mod environment;
mod event;
mod flows;
mod gantt;
mod hub;
mod profile;
mod progress;
mod record;
mod ring;
mod spans;
mod trace;
mod units;

pub use event::{
    Event, EventKind, GraphId, GraphRef, Outcome, TaskRef, Thread, ThreadKind, next_ids,
};
pub use gantt::Gantt;
pub use profile::{Profile, ProfileRow};
pub use record::{Recorder, Recording, Utilisation, record};
pub use spans::{Idle, Span};

pub use environment::start_from_environment;
pub(crate) use event::number_process;

use crate::sync::statics::Ordering;

/// Sees every event. Object-safe; called with the hub's lock held, a batch at a time, never on a task's own path unless
/// that thread's ring is full. A task that an observer runs is not itself observed.
///
/// An observer that panics is detached; the program goes on.
pub trait Observer: Send {
    /// Events of one thread, oldest first. Batches of different threads come in no particular order, so an event may
    /// arrive before one of another thread that happened earlier.
    fn observe(&mut self, thread: &Thread, events: &[Event]);

    /// Called about ten times a second, at `now` nanoseconds.
    fn tick(&mut self, now: u64) {
        let _ = now;
    }

    /// Which ends the observer wants to hear of at once, not at the next tick. Asked after every tick.
    fn urgency(&self) -> Urgency {
        Urgency::None
    }

    /// Brings whatever the observer writes up to date; the run may go on.
    fn flush(&mut self, now: u64) {
        let _ = now;
    }

    /// The last call: nothing follows.
    fn finish(&mut self, now: u64) {
        let _ = now;
    }
}

/// Which events an observer wants delivered at once. That takes a lock on the thread that reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// None: every event may wait for the next tick.
    None,
    /// Ends of graphs.
    GraphEnds,
    /// Ends of graphs and of tasks.
    TaskEnds,
}

/// An observer at work; dropping this ends it.
#[derive(Debug)]
#[must_use = "dropping this detaches the observer"]
pub struct Attached {
    key: u64,
}

/// Attaches an observer: it sees everything reported from now until the returned value is dropped.
pub fn attach(observer: Box<dyn Observer>) -> Attached {
    Attached {
        key: hub::attach(observer),
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        hub::detach(self.key);
    }
}

/// Shows the progress of long graphs on stderr until the returned value is dropped, as `DAGGER_PROGRESS=1` does for the
/// whole run. Where that is set already, nothing is shown twice.
pub fn show_progress() -> Option<Attached> {
    let show = || attach(Box::new(progress::Progress::new(progress::Screen::new())));
    (!environment::shows_progress()).then(show)
}

/// Whether anybody observes. Every other reporting function is to be called only if this says so.
#[inline(always)]
pub fn enabled() -> bool {
    // relaxed: a thread may learn a little late that somebody observes; see `hub::attach`.
    hub::ENABLED.load(Ordering::Relaxed)
}

/// Says that this thread is thread `thread` of worker `worker`. Pools call it once on each of their threads; any other
/// thread is shown as "external N".
pub fn set_thread(worker: u32, thread: u32) {
    hub::set_thread(worker, thread);
}

/// Reports that a graph starts, and gives this run its id.
#[cold]
pub fn graph_begin(graph: GraphRef) -> GraphId {
    let id = event::next_graph();
    hub::emit(EventKind::GraphBegin { id, graph });
    id
}

/// Reports that a graph has ended, on any thread.
#[cold]
pub fn graph_end(id: GraphId) {
    hub::emit(EventKind::GraphEnd { id });
    hub::deliver_if(Urgency::GraphEnds);
}

/// Reports that a task starts on this thread.
#[cold]
pub fn task_begin(task: TaskRef) {
    hub::emit(EventKind::TaskBegin(task));
}

/// Reports that a task has ended on this thread, which began it. A task may end inside which others ran on this thread.
#[cold]
pub fn task_end(id: u64, outcome: Outcome) {
    hub::emit(EventKind::TaskEnd { id, outcome });
    hub::deliver_if(Urgency::TaskEnds);
}

/// Reports that a task now exists and will run later.
#[cold]
pub fn spawned(id: u64, graph: GraphId) {
    hub::emit(EventKind::Spawned { id, graph });
}

/// Reports that task `to` needs task `from` to end first. May come before, between or after the two tasks.
#[cold]
pub fn dependency(from: u64, to: u64) {
    hub::emit(EventKind::Dependency { from, to });
}

/// Reports that thread `thief` of this worker, this thread, took work from thread `victim`.
#[cold]
pub fn steal(thief: u32, victim: u32) {
    hub::emit(EventKind::Steal { thief, victim });
}

/// Reports that this thread finds nothing to do.
#[cold]
pub fn idle_begin() {
    hub::emit(EventKind::IdleBegin);
}

/// Reports that this thread has work again.
#[cold]
pub fn idle_end() {
    hub::emit(EventKind::IdleEnd);
}

/// Hands on everything reported so far, so that files are complete up to here. A runtime calls it when it shuts down.
pub fn flush() {
    hub::flush();
}

/// Ends all observing and completes every file. Runs by itself when the process exits; later events are not seen.
pub fn finish() {
    hub::finish();
}
