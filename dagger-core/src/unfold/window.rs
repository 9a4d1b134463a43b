//! The nodes of an unfolding graph that exist at the moment: at most [`WINDOW`] of them.
//!
//! # Protocol
//!
//! Only the driver creates nodes and edges; any worker runs and ends nodes.
//!
//! A node's `successors` is a list that the driver pushes to and that the thread ending the node closes
//! (`successors`). `pending` is a [`Countdown`] of the edges into a node, and one that the driver holds until the node is
//! complete. Who counts the last one runs the node.
//!
//! After closing its list, the ending thread pushes the node onto `free` and touches the window no more
//! (`free_list`). The driver takes nodes back from there and knows by counting how many are still out; when none is,
//! the window can go.

mod chunk;
#[cfg(all(test, loom))]
mod loom_tests;
mod node;
mod ready;
mod report;

use super::body::Clearing;
use super::free_list::FreeList;
use super::pace::Ended;
use super::particular::Wishes;
use super::reference::NodeRef;
use crate::dynamic::current;
use crate::ends::EarliestFailure;
use crate::frame::{self, Urgent};
use crate::lowered::{At, Site, drop_quietly, outcome};
use crate::observe::{self, GraphId};
use crate::pool::{JobHead, Shared, Worker, lane};
use crate::{Options, Result, clock};
use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use chunk::Chunk;
use node::Node;
use ready::ReadyNode;

/// How many nodes may exist at a time.
pub(super) const WINDOW: usize = NodeRef::PLACES;
/// Nodes are allocated in pieces of so many.
const CHUNK: usize = 128;

/// The pin of a node that any thread may run.
const ANYWHERE: u32 = u32::MAX;

/// The window of one unfolding run.
#[repr(C)]
pub(super) struct Window {
    /// First, so that a pointer to the window is a job: a token for the most urgent ready node.
    token: JobHead,
    site: &'static Site,
    pool: Arc<Shared>,
    owner: usize,
    /// The dynamic task that the loops are a part of; 0 if of none.
    task: u64,
    run: Option<GraphId>,
    /// The ready nodes, if some are more urgent than others.
    urgent: Option<Urgent<ReadyNode>>,
    /// What the threads that run nodes inherit from the driver.
    inherited: Option<Arc<Options>>,
    free: FreeList<Node>,
    failure: EarliestFailure,
    driver: Driver,
}

/// What only the driver touches.
struct Driver {
    chunks: UnsafeCell<Vec<Chunk>>,
    /// How many nodes have been in each place.
    stamps: RefCell<Vec<u64>>,
    ready: UnsafeCell<Vec<*mut Node>>,
    /// Taken for the next node, but not let go yet.
    reserved: Cell<*mut Node>,
    out: Cell<usize>,
    /// The nodes that have come back since the last look.
    ended: Cell<Ended>,
    next_sequence: Cell<u64>,
    /// Where in program order the nodes are that observers have been told of.
    sequences: RefCell<HashMap<NodeRef, u64>>,
}

// SAFETY: workers reach only `site`, `pool`, `owner`, `run`, `free` and `failure`, which are shared safely, and the
// nodes they own by the protocol; `driver` is used by the driving thread alone.
unsafe impl Sync for Window {}

impl Window {
    /// An empty window, driven by `worker`. Only one for nodes of their own priorities needs `has_priorities`.
    pub(super) fn new(
        site: &'static Site,
        worker: &Worker,
        run: Option<GraphId>,
        has_priorities: bool,
    ) -> Box<Window> {
        let task = lane::with(|lane| lane.task.get());
        Box::new(Window {
            token: JobHead::within(task, Window::run_token),
            site,
            pool: Arc::clone(worker.shared()),
            owner: worker.index(),
            task,
            run,
            urgent: (has_priorities || site.has_priorities()).then(Urgent::new),
            inherited: current::inherited(),
            free: FreeList::new(),
            failure: EarliestFailure::none_yet(),
            driver: Driver {
                chunks: UnsafeCell::new(Vec::new()),
                stamps: RefCell::default(),
                ready: UnsafeCell::new(Vec::new()),
                reserved: Cell::new(ptr::null_mut()),
                out: Cell::new(0),
                ended: Cell::default(),
                next_sequence: Cell::new(0),
                sequences: RefCell::default(),
            },
        })
    }

    /// The node that [`node`](Self::node) will let go next: a blank one, waiting for one to end if all are out.
    pub(super) fn reserve(&self, worker: &Worker) -> NodeRef {
        let reserved = self.driver.reserved.get();
        if !reserved.is_null() {
            // SAFETY: a reserved node belongs to the driver.
            return self.reference(unsafe { (*reserved).place });
        }
        let node = self.blank(worker);
        self.driver.reserved.set(node);
        // SAFETY: a blank node belongs to the driver. From here on it counts as out, so that its own accesses are not weeded out
        // before it is let go.
        let place = unsafe {
            (*node).sequence = self.driver.next_sequence.get();
            (*node).successors.open();
            (*node).place
        };
        self.driver.stamps.borrow_mut()[place as usize] += 1;
        self.reference(place)
    }

    /// The name of who uses a place now.
    fn reference(&self, place: u32) -> NodeRef {
        NodeRef::placed(place, self.driver.stamps.borrow()[place as usize])
    }

    /// Lets the reserved node go: it runs `body` after the nodes in `after`.
    ///
    /// # Errors
    /// When an earlier node has failed, or no processor is inside the node's scope; the node is not made then.
    ///
    /// # Safety
    /// Called by the driver only. What `body` borrows lives until [`drain`](Self::drain) has returned, and the body may run on
    /// any thread as soon as the nodes in `after` have ended.
    pub(super) unsafe fn node<F: Fn(&At<'_>) -> Result<()>>(
        &self,
        worker: &Worker,
        statement: u32,
        wishes: Option<Box<Wishes>>,
        after: &[NodeRef],
        body: F,
    ) -> Result<(), Stopped> {
        // A stale value only unfolds a little further than necessary.
        if self.failure.any() {
            return Err(Stopped);
        }
        let around = self.inherited.as_ref();
        let scope = wishes.as_ref().and_then(|wishes| wishes.scope.as_ref());
        let scope = scope.or_else(|| around.and_then(|around| around.scope.as_ref()));
        let pin = match scope.map(|scope| frame::pin(worker, self.site, statement, scope)) {
            None | Some(Ok(None)) => ANYWHERE,
            Some(Ok(Some(thread))) => thread,
            Some(Err(error)) => {
                self.failure.fail(self.driver.next_sequence.get(), error);
                return Err(Stopped);
            }
        };
        let reference = self.reserve(worker);
        let node = self.driver.reserved.replace(ptr::null_mut());
        self.driver
            .next_sequence
            .set(self.driver.next_sequence.get() + 1);
        self.driver.out.set(self.driver.out.get() + 1);
        // SAFETY: a reserved node belongs to the driver until it is let go below.
        unsafe {
            (*node).statement = statement;
            (*node).pin = pin;
            (*node).priority = wishes
                .and_then(|wishes| wishes.priority)
                .unwrap_or_else(|| self.site.priority(statement));
            Node::forget_edges(node);
            (*node).body.fill(body);
            // Published by the edges' exchange, or by the deque.
            (*node).pending.restart(1);
        }
        for &earlier in after {
            // SAFETY: the driver's own call, `node` is not let go yet.
            unsafe { self.link(earlier, node) };
        }
        if self.run.is_some() {
            self.report_edges(after, reference);
        }
        // SAFETY: the node is complete, and still there: the count that is given up here keeps it from running.
        if unsafe { (*node).pending.last_down() } {
            // SAFETY: the node is ready, and offered once.
            unsafe { self.offer(worker, node) };
        }
        Ok(())
    }

    /// Whether the node may still be running or waiting.
    pub(super) fn is_out(&self, node: NodeRef) -> bool {
        let earlier = self.at(node);
        // SAFETY: the node's memory lives as long as the window.
        let successors = unsafe { &(*earlier).successors };
        self.reference(node.place()) == node && !successors.is_closed()
    }

    /// Waits until all nodes have ended, running them and other forks meanwhile.
    pub(super) fn drain(&self, worker: &Worker) {
        while self.collect() > 0 {
            match worker.pop_fork() {
                Some(job) => worker.execute(job),
                None => self.wait(worker),
            }
        }
    }

    /// Waits until these nodes have ended, running them and other forks meanwhile.
    pub(super) fn settle(&self, worker: &Worker, nodes: &[NodeRef]) {
        let is_out = || nodes.iter().any(|&node| self.is_out(node));
        while is_out() {
            self.collect();
            if !is_out() {
                return;
            }
            match worker.pop_fork() {
                Some(job) => worker.execute(job),
                None => self.wait(worker),
            }
        }
    }

    /// What came of all nodes. Called after draining.
    ///
    /// # Errors
    /// The earliest failure.
    pub(super) fn outcome(&self) -> Result<()> {
        self.failure.outcome()
    }

    /// What the nodes took that have come back since the last time that there were enough to tell.
    pub(super) fn ended(&self) -> Ended {
        self.collect();
        let ended = self.driver.ended.get();
        if ended.is_telling() {
            self.driver.ended.take();
        }
        ended
    }

    /// Whether some node has failed. Exact after draining.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.any()
    }

    fn at(&self, node: NodeRef) -> *mut Node {
        let index = node.place() as usize;
        // SAFETY: the driver's own vector; nobody else looks at it.
        let chunks = unsafe { &*self.driver.chunks.get() };
        chunks[index / CHUNK].at(index % CHUNK)
    }

    /// A node that nobody uses, waiting for one to end if all are out.
    fn blank(&self, worker: &Worker) -> *mut Node {
        // SAFETY: the driver's own vectors, not borrowed elsewhere during this call.
        let (chunks, ready) = unsafe {
            (
                &mut *self.driver.chunks.get(),
                &mut *self.driver.ready.get(),
            )
        };
        loop {
            if let Some(node) = ready.pop() {
                return node;
            }
            self.collect();
            if !ready.is_empty() {
                continue;
            }
            if chunks.len() * CHUNK < WINDOW {
                let first = (chunks.len() * CHUNK) as u32;
                let chunk = Chunk::of(self, first);
                ready.extend(chunk.nodes().rev());
                let places = (chunks.len() + 1) * CHUNK;
                self.driver.stamps.borrow_mut().resize(places, 0);
                chunks.push(chunk);
                continue;
            }
            // The window is full: work on what is in it. The oldest node is stolen back first.
            match worker.pop_fork() {
                Some(job) => worker.execute(job),
                None => self.wait(worker),
            }
        }
    }

    /// Takes the ended nodes back; returns how many are still out.
    fn collect(&self) -> usize {
        // SAFETY: the driver's own vector, not borrowed elsewhere during this call.
        let ready = unsafe { &mut *self.driver.ready.get() };
        let before = ready.len();
        let mut ended = self.driver.ended.get();
        ready.extend(self.free.take().inspect(|node| {
            // SAFETY: the node has come back to the driver.
            ended.ticks += unsafe { (**node).took };
            ended.nodes += 1;
        }));
        self.driver.ended.set(ended);
        let out = self.driver.out.get() - (ready.len() - before);
        self.driver.out.set(out);
        out
    }

    /// Waits until some node has ended.
    fn wait(&self, worker: &Worker) {
        worker.wait(|| self.free.wait());
    }

    /// Makes `node` wait for `earlier`, unless that has ended.
    ///
    /// # Safety
    /// Called by the driver for a node that it has not let go.
    unsafe fn link(&self, earlier: NodeRef, node: *mut Node) {
        let from = self.at(earlier);
        if self.reference(earlier.place()) != earlier || from == node {
            return;
        }
        // SAFETY: `node` is the driver's until let go.
        unsafe {
            let edge = Node::unused_edge(node);
            let pending = &(*node).pending;
            let linked =
                (*from)
                    .successors
                    .push(edge, node, || pending.one_more(), || pending.one_less());
            if linked {
                (*node).used_edges += 1;
            }
        }
    }

    /// # Safety
    /// `head` points to a node that is ready, and this is its only job.
    unsafe fn run_job(head: *const JobHead, _: u32) {
        lane::with(|lane| {
            let worker = lane.worker().expect("jobs run on workers");
            lane.begin(crate::lowered::stack_depth());
            // SAFETY: the caller's promise; a node's window lives until the node is given back.
            unsafe { Window::run_from(head.cast_mut().cast::<Node>(), worker) };
        });
    }

    /// Runs a ready node, one that it made ready, and so on.
    ///
    /// # Safety
    /// The node is ready, and nobody else runs it.
    unsafe fn run_from(node: *mut Node, worker: &Worker) {
        // SAFETY: a ready node belongs to who runs it; its window lives until the node is given back.
        let _around = current::inherit(unsafe { (*(*node).window).inherited.clone() });
        let mut next = node;
        while !next.is_null() {
            // SAFETY: the first by the caller's promise, the others because `run` took their count to zero.
            next = unsafe { Window::run(next, worker) };
        }
    }

    /// Runs a ready node and ends it; returns one that became ready, or null.
    ///
    /// # Safety
    /// The node is ready, and nobody else runs it.
    unsafe fn run(node: *mut Node, worker: &Worker) -> *mut Node {
        // SAFETY: a ready node belongs to who runs it; its window lives until the node is given back.
        let window = unsafe { &*(*node).window };
        let start = clock::ticks();
        // SAFETY: as above; `took` is read by the driver, when it has the node back.
        unsafe {
            window.call(node);
            (*node).took = clock::ticks().wrapping_sub(start);
        }
        let mut next: *mut Node = ptr::null_mut();
        // SAFETY: the node is still ours.
        for to in unsafe { (*node).successors.close() } {
            // SAFETY: `to` waits for us, so it exists.
            if !unsafe { (*to).pending.last_down() } {
                continue;
            }
            // SAFETY: the node is ready, and ours.
            let pin = unsafe { (*to).pin };
            if pin != ANYWHERE && pin as usize != worker.index() {
                // SAFETY: as above, and offered once.
                unsafe { window.offer(worker, to) };
                continue;
            }
            // SAFETY: both are ready, ours, and may run here.
            let (kept, given) = unsafe { window.sorted(next, to) };
            next = kept;
            if !given.is_null() {
                // SAFETY: as above, and offered once.
                unsafe { window.offer(worker, given) };
            }
        }
        // SAFETY: a node that is kept is ready and ours; one confined to this thread cannot wait for whoever comes.
        if let Some(urgent) = &window.urgent
            && !next.is_null()
        {
            // SAFETY: as above.
            next = unsafe { Window::most_urgent(urgent, next) };
        }
        // SAFETY: the node has ended, its list is closed.
        unsafe { window.give_back(node) };
        next
    }

    /// Calls the node's body and drops it.
    ///
    /// # Safety
    /// The node is ready, and nobody else runs it.
    unsafe fn call(&self, node: *mut Node) {
        // SAFETY: a ready node's body belongs to who runs it. Its other fields do not: the driver may read `place` and
        // push to `successors` meanwhile, so there is no reference to the whole.
        let (sequence, statement, body) =
            unsafe { ((*node).sequence, (*node).statement, &mut (*node).body) };
        if self.failure.cuts(sequence) {
            drop_quietly(Clearing(body));
            return;
        }
        let at = At::node_of_run(statement, false);
        let id = self
            .run
            .map(|run| self.report_begin(sequence, statement, run));
        let result = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the node is ready and ours.
            let result = unsafe { body.call(&at) };
            body.clear();
            result
        }));
        if result.is_err() {
            // What the body captured may borrow from locals of the driver, which only waits for nodes to end.
            drop_quietly(Clearing(body));
        }
        let failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(payload) => Some(self.site.panicked(at.node(), payload)),
        };
        if let Some(id) = id {
            observe::task_end(id, outcome(failure.as_ref()));
        }
        if let Some(error) = failure {
            self.failure.fail(sequence, error);
        }
    }

    /// # Safety
    /// The node has ended, and the caller uses neither it nor the window afterwards.
    unsafe fn give_back(&self, node: *mut Node) {
        let (pool, owner) = (ptr::from_ref(&*self.pool), self.owner);
        // SAFETY: the window lives until the node is back, and is not used afterwards.
        if unsafe { FreeList::push(&raw const self.free, node) } {
            // SAFETY: this thread is a worker of that pool and so keeps it alive.
            unsafe { (*pool).unpark(owner) };
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        debug_assert_eq!(self.driver.out.get(), 0, "dropped before it was drained");
        Chunk::keep(std::mem::take(self.driver.chunks.get_mut()));
    }
}

/// An earlier node has failed: stop unfolding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopped;
