//! Performing a slice: the operations of one worker, on the threads of its pool.
//!
//! The protocol is that of `frame`, with operations in place of units: one join counter each, preset from the slice (a Receive has one
//! more, for its message), and `left`, which also counts what home waits for from other workers. Whoever counts an operation's last
//! predecessor down performs it, or offers it; Sends are performed at once, so that others can begin.

use super::field::Field;
use super::inbox::{Arrived, Inbox, RunId};
use super::message::{self, Ended, Ran};
use super::order::Order;
use super::slice::{Op, Slice};
use crate::cluster::Node;
use crate::dynamic::current;
use crate::ends::{Countdown, EarliestFailure, release};
use crate::error::{Error, Result, panic_text};
use crate::frame::{Erased, Ready};
use crate::lowered::{At, Site, Watch, stack_depth};
use crate::options::Options;
use crate::pool::{Job, JobHead, Kind, Worker, lane};
use crate::sync::statics::{AtomicBool, Ordering};
use crate::wire::Decoder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What a slice is performed with.
pub(super) struct Setting<'s> {
    pub(super) node: &'static Node,
    pub(super) run: RunId,
    pub(super) site: &'static Site,
    pub(super) order: Order<'s>,
    pub(super) slice: &'s Slice,
    pub(super) nodes: &'s [Erased<'s>],
    pub(super) fields: &'s [Field],
    pub(super) inbox: &'s Arc<Inbox>,
    pub(super) inherited: Option<Arc<Options>>,
    /// The other workers that take part, as far as this one has to tell them of failures: home all of them, others home.
    pub(super) others: &'s [u32],
    /// How many Overs home waits for.
    pub(super) awaited: u32,
}

/// The state of one slice that is performed.
#[repr(C)]
pub(super) struct Core<'s> {
    head: JobHead,
    setting: Setting<'s>,
    joins: Vec<Countdown>,
    /// Whether each operation has ended well.
    ok: Vec<AtomicBool>,
    left: Countdown,
    failure: EarliestFailure,
    /// Whether no node is to run any more.
    dead: AtomicBool,
    has_priorities: bool,
    watch: Option<Watch>,
    ran: Mutex<Vec<Ran>>,
}

// SAFETY: its interior is countdowns, flags, the failure and a lock, which are shared safely; each operation is performed once, by the
// thread that took its counter to zero, and the slice orders operations on one place.
unsafe impl Sync for Core<'_> {}

/// Performs a slice from the thread that owns its places, and returns when all its operations have ended, and at home those of all workers: the
/// failures here, how long nodes ran, and what the others said.
///
/// `broken` is what went wrong with the values that came with the slice: then no node runs.
///
/// # Safety
/// The slice orders every two nodes here whose accesses conflict; the captures of the nodes may be used on any thread.
pub(super) unsafe fn perform(
    setting: Setting<'_>,
    task: u64,
    broken: Option<Error>,
) -> (Ended, Vec<Ended>) {
    let slice = setting.slice;
    let core = Core {
        head: JobHead::within(task, Core::run_job),
        joins: slice
            .joins
            .iter()
            .map(|&count| Countdown::new(count))
            .collect(),
        ok: slice.ops.iter().map(|_| AtomicBool::new(false)).collect(),
        left: Countdown::new(slice.ops.len() as u32 + setting.awaited),
        failure: EarliestFailure::none_yet(),
        dead: AtomicBool::new(false),
        has_priorities: setting.site.has_priorities(),
        watch: match setting.order {
            Order::Plan(_) => Watch::begin(setting.site.graph()),
            Order::Unfolded(_) => None,
        },
        ran: Mutex::default(),
        setting,
    };
    if let Some(error) = broken {
        core.lose(&error);
        core.tell(0);
    }
    let mut ready = core.setting.inbox.open(&core);
    ready.extend((0..slice.ops.len() as u32).filter(|&op| slice.joins[op as usize] == 0));
    lane::with(|lane| match lane.worker() {
        Some(worker) => core.perform_here(worker, ready),
        None => {
            let ready = ready.into_iter().map(|op| core.ready(op));
            core.setting.inbox.offer(ready);
            while !core.left.is_over() {
                std::thread::park();
            }
        }
    });
    let others = core.setting.inbox.close();
    if let Some(watch) = core.watch {
        watch.end();
    }
    let ended = Ended {
        failure: core.failure.take(),
        ran: core
            .ran
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner),
    };
    (ended, others)
}

impl Core<'_> {
    /// How urgent a ready operation is: what crosses goes first.
    pub(super) fn ready(&self, op: u32) -> Ready<u32> {
        let priority = match self.setting.slice.ops[op as usize] {
            Op::Run { node, .. } => self
                .setting
                .site
                .priority(self.setting.order.statement(node)),
            Op::Send { .. } | Op::Receive { .. } => i32::MAX,
        };
        Ready {
            priority,
            order: u64::from(op),
            node: op,
        }
    }

    /// The operations that wait for messages.
    pub(super) fn receives(&self) -> impl Iterator<Item = u32> + '_ {
        let ops = self.setting.slice.ops.iter().enumerate();
        ops.filter(|(_, op)| matches!(op, Op::Receive { .. }))
            .map(|(op, _)| op as u32)
    }

    /// The message of a Receive has come: whether that is ready now.
    pub(super) fn comes(&self, op: u32) -> bool {
        let waits = matches!(
            self.setting.slice.ops.get(op as usize),
            Some(Op::Receive { .. })
        );
        waits && self.joins[op as usize].last_down()
    }

    /// So many things that `left` waits for have happened. After that the core may be gone.
    pub(super) fn counts(&self, count: u32) {
        // Whoever calls this wakes the owner.
        let _ = self.left.down(count);
    }

    /// The earliest failure of another worker.
    pub(super) fn failed_elsewhere(&self, place: u64, error: Error) {
        self.failure.fail(place, error);
    }

    /// No node runs any more, because of this.
    pub(super) fn lose(&self, error: &Error) {
        // Release pairs with the Acquire in `run_node`.
        self.dead.store(true, Ordering::Release);
        let origin = self.setting.site.origin(0);
        self.failure.fail(0, error.clone().or_origin(origin));
    }

    /// A node at that place has failed on another worker: none behind it need run. Returns whom home tells.
    pub(super) fn cut(&self, place: u64) -> Vec<u32> {
        self.failure.cut_behind(place);
        if self.is_home() {
            self.setting.others.to_vec()
        } else {
            Vec::new()
        }
    }

    fn is_home(&self) -> bool {
        self.setting.run.home as usize == self.setting.node.rank()
    }

    fn tell(&self, place: u64) {
        for &other in self.setting.others {
            message::send_cut(self.setting.node, other, self.setting.run, place);
        }
    }

    /// The owner's part where it belongs to the pool: performs, and helps while others do.
    fn perform_here(&self, worker: &Worker, mut ready: Vec<u32>) {
        let inbox = self.setting.inbox;
        ready.sort_unstable();
        let mut ready = ready.into_iter();
        let first = ready.next();
        for op in ready.rev() {
            self.offer(Some(worker), op);
        }
        if let Some(first) = first {
            if self.is_pinned_elsewhere(first, Some(worker)) {
                self.offer(Some(worker), first);
            } else {
                self.run_from(Some(worker), self.most_urgent(first));
            }
        }
        self.setting.node.hurry();
        while !self.left.is_over() {
            if let Some(op) = inbox.take() {
                if self.is_pinned_elsewhere(op, Some(worker)) {
                    self.offer(Some(worker), op);
                } else {
                    self.run_from(Some(worker), op);
                }
            } else if let Some(job) = worker.pop_fork() {
                worker.execute(job);
            } else {
                worker.wait(|| self.left.is_over() || inbox.has_ready());
            }
        }
    }

    /// # Safety
    /// `head` points to a `Core` that is still there, and `op` is ready and was offered once.
    unsafe fn run_job(head: *const JobHead, op: u32) {
        // SAFETY: a core begins with its head, and it lives until `left` is over, which needs this operation to end first.
        unsafe { &*head.cast::<Core<'_>>() }.run(op);
    }

    /// Performs a ready operation on this thread, and what it makes ready that is not offered to others.
    pub(super) fn run(&self, op: u32) {
        lane::with(|lane| {
            let worker = lane.worker();
            if self.is_pinned_elsewhere(op, worker) {
                return self.offer(worker, op);
            }
            // An operation drawn from a queue is the root of work of its own.
            lane.begin(stack_depth());
            let _around = current::inherit(self.setting.inherited.clone());
            self.run_from(worker, op);
            if worker.is_none() {
                lane.leave();
            }
        });
    }

    fn run_from(&self, worker: Option<&Worker>, op: u32) {
        let mut next = Some(op);
        while let Some(op) = next {
            self.perform(op);
            next = self.end_of(worker, op);
        }
    }

    /// Counts an operation as ended; returns a successor that became ready, to go on with. With none, the core may be gone.
    fn end_of(&self, worker: Option<&Worker>, op: u32) -> Option<u32> {
        let slice = self.setting.slice;
        let next = release(slice.successors_of(op), &self.joins, |ready, kept| {
            self.one_of(worker, ready, kept)
        });
        let next = next.map(|next| self.most_urgent(next));
        let inbox = Arc::clone(self.setting.inbox);
        // After this the core may be gone, unless `next` still counts in `left`.
        if self.left.down(1) {
            inbox.wake();
        }
        next
    }

    /// Deals with an operation that became ready: keeps it, or the one that is kept already.
    fn one_of(&self, worker: Option<&Worker>, ready: u32, kept: Option<u32>) -> Option<u32> {
        if matches!(self.setting.slice.ops[ready as usize], Op::Send { .. }) {
            self.perform(ready);
            // What it counts down comes after a node here, which is kept or offered like any other.
            let next = self.end_of(worker, ready);
            return match (kept, next) {
                (Some(kept), Some(next)) => {
                    self.offer(worker, next);
                    Some(kept)
                }
                (kept, next) => kept.or(next),
            };
        }
        if self.is_pinned_elsewhere(ready, worker) || kept.is_some() {
            self.offer(worker, ready);
            return kept;
        }
        Some(ready)
    }

    /// Gives a ready operation away: to the thread it is for, or to whoever is idle.
    fn offer(&self, worker: Option<&Worker>, op: u32) {
        let inbox = self.setting.inbox;
        match (self.thread_of(op), worker) {
            (Some(thread), _) => {
                // SAFETY: the core outlives the job (its `left` counts the operation), which is ready and offered once.
                let job = unsafe { Job::new(&raw const self.head, op) };
                inbox.pool().send_to(thread, Kind::Fork, job);
            }
            (None, Some(worker)) if !self.has_priorities => {
                // SAFETY: as above.
                worker.push_fork(unsafe { Job::new(&raw const self.head, op) });
            }
            _ => inbox.offer([self.ready(op)]),
        }
    }

    fn most_urgent(&self, op: u32) -> u32 {
        if self.has_priorities && self.thread_of(op).is_none() {
            self.setting.inbox.swap(self.ready(op))
        } else {
            op
        }
    }

    /// The thread of this worker's pool that an operation is for, if one is.
    fn thread_of(&self, op: u32) -> Option<usize> {
        match self.setting.slice.ops[op as usize] {
            Op::Run { thread, .. } => thread
                .map(|thread| thread as usize)
                .filter(|&thread| thread < self.setting.inbox.pool().threads()),
            _ => None,
        }
    }

    fn is_pinned_elsewhere(&self, op: u32, worker: Option<&Worker>) -> bool {
        self.thread_of(op)
            .is_some_and(|thread| worker.is_none_or(|worker| worker.index() != thread))
    }

    fn perform(&self, op: u32) {
        let well = match self.setting.slice.ops[op as usize] {
            Op::Run { node, .. } => self.run_node(node),
            Op::Send {
                value,
                to,
                at,
                made,
            } => self.send(value, (to, at), made),
            Op::Receive { value } => self.receive(op, value),
        };
        // relaxed: read by operations that come after this one, by way of their join counters.
        self.ok[op as usize].store(well, Ordering::Relaxed);
    }

    /// Runs a node, unless something before it has failed.
    fn run_node(&self, node: u32) -> bool {
        let order = self.setting.order;
        let (place, statement) = (order.place(node), order.statement(node));
        // Acquire pairs with the Release in `lose`.
        if self.dead.load(Ordering::Acquire) || self.failure.cuts(u64::from(place)) {
            return false;
        }
        let at = At::watched(statement, self.watch.as_ref());
        at.step(statement);
        let begin = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: this thread took the operation's counter to zero (or it waits for nothing), so nobody else
            // runs the node, and everything it depends on happened before.
            unsafe { self.setting.nodes[node as usize].run(&at) }
        }));
        let seconds = begin.elapsed().as_secs_f64();
        let failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(payload) => Some(self.setting.site.panicked(at.node(), payload)),
        };
        at.end(failure.as_ref());
        match (failure, order) {
            (None, Order::Plan(_)) => {
                let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
                ran.push(Ran { node, seconds });
                true
            }
            (None, Order::Unfolded(_)) => true,
            (Some(error), order) => {
                let place = match order {
                    Order::Plan(_) => at.node(),
                    Order::Unfolded(_) => place,
                };
                self.fail(place, error);
                false
            }
        }
    }

    /// A node at that place in the program's order has failed.
    fn fail(&self, place: u32, error: Error) {
        let error = if self.is_home() {
            error
        } else {
            error.on_worker(self.setting.node.rank())
        };
        self.failure.fail(u64::from(place), error);
        self.tell(u64::from(place));
    }

    fn send(&self, value: u32, (to, at): (u32, u32), made: Option<u32>) -> bool {
        // relaxed: as in `perform`.
        let there = made.is_none_or(|made| self.ok[made as usize].load(Ordering::Relaxed));
        let field = &self.setting.fields[value as usize];
        let encoded = if there {
            // SAFETY: the slice orders this after what made the value and before what changes it.
            let encoded = catch_unwind(AssertUnwindSafe(|| unsafe { field.encode() }));
            self.sendable(encoded, field, made)
        } else {
            None
        };
        let sent = encoded.is_some();
        let value = encoded.ok_or_else(|| self.failure.place().unwrap_or(0));
        message::send_value(self.setting.node, (to, self.setting.run, at), value);
        self.setting.node.hurry();
        sent
    }

    /// What encoding gave; what went wrong with it is the failure of the node that made the value.
    fn sendable<T>(
        &self,
        encoded: std::thread::Result<Option<T>>,
        field: &Field,
        made: Option<u32>,
    ) -> Option<T> {
        let why = match encoded {
            Ok(Some(encoded)) => return Some(encoded),
            Ok(None) => "it is not there".to_owned(),
            Err(payload) => panic_text(&*payload),
        };
        let order = self.setting.order;
        let (place, statement) = match made.map(|made| self.setting.slice.ops[made as usize]) {
            Some(Op::Run { node, .. }) => (order.place(node), order.statement(node)),
            _ => (0, 0),
        };
        let error = Error::msg(format!(
            "a `{}` could not be sent to another worker: {why}",
            field.type_name()
        ));
        self.fail(place, error.or_origin(self.setting.site.origin(statement)));
        None
    }

    fn receive(&self, op: u32, value: u32) -> bool {
        let (head, bulk) = match self.setting.inbox.take_arrived(op) {
            Some(Arrived::Value(head, bulk)) => (head, bulk),
            Some(Arrived::Nothing(place)) => {
                self.failure.cut_behind(place);
                return false;
            }
            None => return false,
        };
        let field = &self.setting.fields[value as usize];
        let mut input = Decoder::new(&head, bulk);
        // SAFETY: the slice orders this after whatever uses the older version and before what uses this one.
        let decoded = catch_unwind(AssertUnwindSafe(|| unsafe { field.decode(&mut input) }));
        let error = match decoded {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error,
            Err(payload) => Error::msg(panic_text(&*payload)),
        };
        let error = Error::msg(format!(
            "a `{}` from another worker could not be read: {error}",
            field.type_name()
        ));
        // The first node behind it that may need it; at home that may be the block's end.
        let order = self.setting.order;
        let later = self.setting.slice.ops[op as usize..]
            .iter()
            .find_map(|op| match op {
                Op::Run { node, .. } => Some((order.place(*node), order.statement(*node))),
                _ => None,
            });
        let (place, statement) = later.unwrap_or_else(|| {
            let end = self.setting.site.graph().nodes().len() as u32;
            match order {
                Order::Plan(_) => (end, end),
                Order::Unfolded(_) => (u32::MAX, end),
            }
        });
        self.fail(place, error.or_origin(self.setting.site.origin(statement)));
        false
    }
}

/// The outcome of all workers together.
pub(super) fn outcome(ended: Ended) -> Result<()> {
    ended.failure.map_or(Ok(()), |(_, error)| Err(error))
}
