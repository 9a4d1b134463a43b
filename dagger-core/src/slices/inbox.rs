//! What comes for a run from other workers, and operations that are ready for whichever thread of the pool is idle.
//!
//! # Protocol
//!
//! An [`Inbox`] is shared by the thread that owns the run's [`Core`], the receiving thread, and *tokens*: jobs in the pool's queue of tasks,
//! one for each operation that was put among the ready ones from outside the pool or beyond what its thread goes on with. Who
//! draws a token performs the most urgent ready operation, if there still is one; a token whose operation somebody else has
//! performed finds nothing and goes. Tokens keep the inbox alive, not the core.
//!
//! `state.core` is the core's address while the core is there. Everybody but the core's own jobs reaches it under the lock, or by an operation
//! taken out of `ready` under the lock. It stays valid for them: each operation, and each Over that home waits for, counts in the core's
//! `left`, and the owner, who alone ends the core, waits until `left` is over and then for the lock, in `close`.
//!
//! A message, an Over included, may come before the core is there: it is kept, and counted when the core opens.

use super::hosts::Hosts;
use super::message::Ended;
use super::run::Core;
use crate::cluster::{Node, Tag};
use crate::error::Error;
use crate::frame::Ready;
use crate::pool::{Job, JobHead, Shared, Worker};
use crate::sync::statics::{AtomicU64, Ordering};
use crate::wire::Buffer;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

/// One run of a graph: the worker it was called on, and a number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunId {
    pub(super) home: u32,
    pub(super) number: u64,
}

/// What has come for a Receive.
#[derive(Debug)]
pub(super) enum Arrived {
    Value(Vec<u8>, Vec<Buffer>),
    /// There is no value, because of a failure at that place.
    Nothing(u64),
}

/// See the module's page.
#[repr(C)]
pub(super) struct Inbox {
    head: JobHead,
    pool: Arc<Shared>,
    owner: Owner,
    /// How many operations are in `ready`, for a look without the lock.
    count: AtomicU64,
    state: Mutex<State>,
}

/// Who owns the core, and how it is woken.
enum Owner {
    /// A worker of the pool.
    Worker(usize),
    /// A thread that only waits.
    Outside(Thread),
    /// One that is not known yet.
    Nobody,
}

#[derive(Default)]
struct State {
    core: Address,
    ready: BinaryHeap<Ready<u32>>,
    /// What has come, until its operation takes it; by operation.
    arrived: BTreeMap<u32, Arrived>,
    /// The operations for which something has come.
    came: BTreeSet<u32>,
    /// At home: the workers whose Over has not come.
    awaited: Vec<u32>,
    ended: Vec<Ended>,
    /// Why the cluster has broken down.
    lost: Option<Error>,
    /// Who owns the core, if that was not known in the beginning.
    thread: Option<Thread>,
}

/// The address of a core; null where there is none.
struct Address(*const Core<'static>);

// SAFETY: a core may be used by many threads; see the module's page for how long.
unsafe impl Send for Address {}

impl Default for Address {
    fn default() -> Self {
        Address(std::ptr::null())
    }
}

impl Inbox {
    /// For a run whose home is here: owned by this thread, which is `worker` if it belongs to a pool, and waiting for so many others.
    pub(super) fn home(pool: Arc<Shared>, worker: Option<&Worker>, awaited: Vec<u32>) -> Arc<Self> {
        let owner = match worker {
            Some(worker) => Owner::Worker(worker.index()),
            None => Owner::Outside(std::thread::current()),
        };
        Self::new(pool, owner, awaited)
    }

    /// For a run whose home is elsewhere; `None` if there is no pool any more.
    pub(super) fn elsewhere(node: &Node) -> Option<Arc<Self>> {
        Some(Self::new(
            node.home().upgraded()?,
            Owner::Nobody,
            Vec::new(),
        ))
    }

    fn new(pool: Arc<Shared>, owner: Owner, awaited: Vec<u32>) -> Arc<Self> {
        Arc::new(Inbox {
            head: JobHead::new(run_token),
            pool,
            owner,
            count: AtomicU64::new(0),
            state: Mutex::new(State {
                awaited,
                ..State::default()
            }),
        })
    }

    /// The pool whose threads run the nodes.
    pub(super) fn pool(&self) -> &Arc<Shared> {
        &self.pool
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The core is there: what has come is counted. Returns what is ready because of it.
    pub(super) fn open(&self, core: &Core<'_>) -> Vec<u32> {
        let mut state = self.state();
        if matches!(self.owner, Owner::Nobody) {
            state.thread = Some(std::thread::current());
        }
        state.core = Address((&raw const *core).cast());
        let came: Vec<u32> = state.came.iter().copied().collect();
        let mut ready: Vec<u32> = came.into_iter().filter(|&op| core.comes(op)).collect();
        // Others may have ended already.
        for ended in &state.ended {
            count_end(core, ended);
        }
        if let Some(error) = state.lost.clone() {
            ready.extend(lose(&mut state, core, &error));
        }
        ready
    }

    /// The core has ended; nobody uses it from here on. Returns what other workers said at their ends.
    pub(super) fn close(&self) -> Vec<Ended> {
        let mut state = self.state();
        state.core = Address::default();
        debug_assert!(state.ready.is_empty(), "all operations have ended");
        std::mem::take(&mut state.ended)
    }

    /// Something has come for a Receive.
    pub(super) fn arrived(self: &Arc<Self>, op: u32, arrived: Arrived) {
        let mut state = self.state();
        if !state.came.insert(op) {
            return;
        }
        state.arrived.insert(op, arrived);
        // SAFETY: see the module's page: the operation has not been performed.
        let core = unsafe { state.core.0.as_ref() };
        if let Some(core) = core
            && core.comes(op)
        {
            state.ready.push(core.ready(op));
            self.publish(state, 1);
        }
    }

    /// Operations that any thread may perform.
    pub(super) fn offer(self: &Arc<Self>, ready: impl IntoIterator<Item = Ready<u32>>) {
        let mut state = self.state();
        let before = state.ready.len();
        state.ready.extend(ready);
        let count = state.ready.len() - before;
        self.publish(state, count);
    }

    /// Tells of so many more ready operations.
    fn publish(self: &Arc<Self>, state: MutexGuard<'_, State>, count: usize) {
        // SeqCst pairs with the load in `has_ready`: an owner that goes to sleep afterwards sees it, or is seen to sleep by `wake`.
        self.count.fetch_add(count as u64, Ordering::SeqCst);
        drop(state);
        for _ in 0..count {
            let token = Arc::into_raw(Arc::clone(self)).cast();
            // SAFETY: an inbox begins with its head; the token's count keeps it until `run_token` takes it over.
            self.pool.inject(unsafe { Job::new(token, 0) });
        }
        if matches!(self.owner, Owner::Worker(_)) {
            self.wake();
        }
    }

    /// Whether an operation is ready.
    pub(super) fn has_ready(&self) -> bool {
        // SeqCst pairs with the addition in `publish`.
        self.count.load(Ordering::SeqCst) != 0
    }

    /// Takes the most urgent ready operation.
    pub(super) fn take(&self) -> Option<u32> {
        self.taken().map(|(_, op)| op)
    }

    fn taken(&self) -> Option<(*const Core<'static>, u32)> {
        let mut state = self.state();
        let op = state.ready.pop()?.node;
        // SeqCst pairs with the load in `has_ready`, as in `publish`.
        self.count.fetch_sub(1, Ordering::SeqCst);
        Some((state.core.0, op))
    }

    /// This ready operation, or a more urgent one that waits, in whose place it then waits.
    pub(super) fn swap(&self, ready: Ready<u32>) -> u32 {
        match self.state().ready.peek_mut() {
            Some(mut most) if *most > ready => std::mem::replace(&mut *most, ready).node,
            _ => ready.node,
        }
    }

    /// What has come for an operation that is performed.
    pub(super) fn take_arrived(&self, op: u32) -> Option<Arrived> {
        self.state().arrived.remove(&op)
    }

    /// A worker's slice has ended.
    pub(super) fn over(&self, from: u32, ended: Ended) {
        let mut state = self.state();
        let Some(at) = state.awaited.iter().position(|&worker| worker == from) else {
            return;
        };
        state.awaited.swap_remove(at);
        // SAFETY: see the module's page: this Over counts in `left`.
        if let Some(core) = unsafe { state.core.0.as_ref() } {
            count_end(core, &ended);
        }
        state.ended.push(ended);
        drop(state);
        self.wake();
    }

    /// A node at some place has failed on another worker. Returns who is to be told, by home.
    pub(super) fn cut(&self, place: u64) -> Vec<u32> {
        let state = self.state();
        // SAFETY: under the lock, see the module's page; and `close` waits for the lock.
        let core = unsafe { state.core.0.as_ref() };
        core.map_or_else(Vec::new, |core| core.cut(place))
    }

    /// The cluster has broken down.
    pub(super) fn lose(self: &Arc<Self>, error: &Error) {
        let mut state = self.state();
        if state.lost.is_some() {
            return;
        }
        state.lost = Some(error.clone());
        // SAFETY: under the lock, as in `cut`; what is counted down below is missing, so that `left` is not over.
        let core = unsafe { state.core.0.as_ref() };
        if let Some(core) = core {
            let lost = lose(&mut state, core, error);
            let count = lost.len();
            state
                .ready
                .extend(lost.into_iter().map(|op| core.ready(op)));
            self.publish(state, count);
        }
        self.wake();
    }

    /// Wakes the owner.
    pub(super) fn wake(&self) {
        match &self.owner {
            Owner::Worker(index) => self.pool.unpark(*index),
            Owner::Outside(thread) => thread.unpark(),
            Owner::Nobody => {
                let thread = self.state().thread.clone();
                if let Some(thread) = thread {
                    thread.unpark();
                }
            }
        }
    }
}

/// Counts the end of another worker's slice.
fn count_end(core: &Core<'_>, ended: &Ended) {
    if let Some((place, error)) = &ended.failure {
        core.failed_elsewhere(*place, error.clone());
    }
    core.counts(1);
}

/// Counts everything that has not come as come, with this error. Returns which operations are ready because of it.
fn lose(state: &mut State, core: &Core<'_>, error: &Error) -> Vec<u32> {
    core.lose(error);
    let mut ready = Vec::new();
    for op in core.receives() {
        if state.came.insert(op) {
            state.arrived.insert(op, Arrived::Nothing(0));
            if core.comes(op) {
                ready.push(op);
            }
        }
    }
    let awaited = std::mem::take(&mut state.awaited);
    if !awaited.is_empty() {
        core.counts(awaited.len() as u32);
    }
    ready
}

/// # Safety
/// `head` begins an inbox of which the job holds a count.
unsafe fn run_token(head: *const JobHead, _: u32) {
    // SAFETY: the caller's promise.
    let inbox = unsafe { Arc::from_raw(head.cast::<Inbox>()) };
    if let Some((core, op)) = inbox.taken() {
        // SAFETY: see the module's page: the operation has not been performed, so the core is there.
        unsafe { &*core }.run(op);
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

/// The runs that a worker takes part in.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    known: Mutex<BTreeMap<RunId, Entry>>,
    next: AtomicU64,
    hosts: Hosts,
    /// What this worker has sent: slices, values, Overs, cuts.
    sent: [AtomicU64; 4],
}

#[derive(Debug)]
enum Entry {
    /// Values that came before the slice.
    Early(Vec<(u32, Arrived)>),
    Live(Arc<Inbox>),
}

impl Runs {
    fn known(&self) -> MutexGuard<'_, BTreeMap<RunId, Entry>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new run with its home on this worker.
    pub(super) fn new_run(&self, home: u32) -> RunId {
        // relaxed: only the number matters.
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        RunId { home, number }
    }

    /// From here on, what comes for the run goes to this inbox; what came before, too.
    pub(super) fn open(&self, run: RunId, inbox: &Arc<Inbox>) {
        let before = self.known().insert(run, Entry::Live(Arc::clone(inbox)));
        if let Some(Entry::Early(early)) = before {
            for (op, arrived) in early {
                inbox.arrived(op, arrived);
            }
        }
    }

    /// The run has ended here.
    pub(super) fn close(&self, run: RunId) {
        self.known().remove(&run);
    }

    /// A run that takes place.
    pub(super) fn live(&self, run: RunId) -> Option<Arc<Inbox>> {
        match self.known().get(&run) {
            Some(Entry::Live(inbox)) => Some(Arc::clone(inbox)),
            _ => None,
        }
    }

    /// Something has come for an operation of a run.
    pub(super) fn arrived(&self, run: RunId, op: u32, arrived: Arrived) {
        let mut known = self.known();
        match known.entry(run).or_insert_with(|| Entry::Early(Vec::new())) {
            Entry::Early(early) => early.push((op, arrived)),
            Entry::Live(inbox) => {
                let inbox = Arc::clone(inbox);
                drop(known);
                inbox.arrived(op, arrived);
            }
        }
    }

    /// Counts an item that is sent.
    pub(super) fn sends(&self, tag: Tag) {
        let kind = tag as usize - Tag::Slice as usize;
        // relaxed: a statistic.
        self.sent[kind].fetch_add(1, Ordering::Relaxed);
    }

    /// How many slices, values, Overs and cuts this worker has sent.
    pub(crate) fn sent(&self) -> [u64; 4] {
        // relaxed: as in `sends`.
        std::array::from_fn(|kind| self.sent[kind].load(Ordering::Relaxed))
    }

    pub(super) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The cluster has broken down: all runs end with this error.
    pub(crate) fn lose(&self, error: &Error) {
        let mut known = self.known();
        known.retain(|_, entry| matches!(entry, Entry::Live(_)));
        let live: Vec<Arc<Inbox>> = known
            .values()
            .filter_map(|entry| match entry {
                Entry::Live(inbox) => Some(Arc::clone(inbox)),
                Entry::Early(_) => None,
            })
            .collect();
        drop(known);
        for inbox in live {
            inbox.lose(error);
        }
    }

    /// How many runs there are.
    pub(crate) fn count(&self) -> usize {
        self.known().len()
    }
}
