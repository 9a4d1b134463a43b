//! The executor of prepared graphs: flat tables, run in program order or by join counters.
//!
//! Program order is a topological order, so running the nodes one after the other is always right and costs an
//! indirect call a node. A run begins like that and looks at the clock after 1, 2, 4, … nodes. Once the
//! nodes prove long enough, the counters are set to what the finished prefix has left, and the rest runs in
//! parallel. What was learned is kept for the next run, which then begins in the right form.
//!
//! The parallel form follows the protocol of [`frame`](crate::frame), with two differences that matter for a
//! million small nodes: a worker goes on with its own newest nodes without leaving the loop, and subtracts what it has ended from
//! `left` once, when it runs dry.

use super::record::Recording;
use super::spare;
use crate::dynamic::current;
use crate::ends::{Countdown, EarliestFailure, release};
use crate::frame::{self, Ready, Urgent};
use crate::lowered::{At, Site, forced, graph_ref, outcome, task_ref};
use crate::observe::{self, GraphId};
use crate::pool::{self, Job, JobHead, Kind, Shared, Worker, lane};
use crate::{Error, Options, Result, Scope, clock};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Nodes shorter than this run in program order.
const GRAIN: u64 = clock::nanos(100);
/// A run shorter than this is not worth a second thread.
const WARM: u64 = clock::micros(5);
/// Nodes between two looks at the clock, at most.
const STRETCH: usize = 1024;
/// Runs in program order after a parallel one that did not pay.
const PENANCE: u32 = 32;

/// The pin of a node that any thread may run.
const ANYWHERE: u32 = u32::MAX;
/// The argument of a job that stands for the most urgent node that is ready.
const TOKEN: u32 = u32::MAX;

/// A recorded graph.
pub(super) struct Table {
    site: &'static Site,
    recording: Recording,
    /// Made when first needed: a graph whose nodes run in program order never does.
    order: Option<Order>,
    /// The nodes that must run in particular places.
    places: Vec<(u32, Scope)>,
    /// How urgent each node is; empty if all are equally so.
    priorities: Vec<i32>,
    /// Ticks a node in program order, when last measured; 0 before.
    grain: u64,
    /// Runs left in which the parallel form is not tried.
    penance: u32,
}

/// Who waits for whom.
struct Order {
    joins: Vec<u32>,
    /// Where the successors of each node begin in `successors`.
    starts: Vec<u32>,
    successors: Vec<u32>,
    counters: Box<[Countdown]>,
}

/// One parallel run.
#[repr(C)]
struct Run<'t> {
    head: JobHead,
    table: &'t Table,
    order: &'t Order,
    /// The thread each node is confined to, or [`ANYWHERE`]; empty if none is.
    pins: Vec<u32>,
    urgent: Option<Urgent<u32>>,
    inherited: Option<Arc<Options>>,
    left: Countdown,
    failure: EarliestFailure,
    pool: Arc<Shared>,
    owner: usize,
    watch: Option<(GraphId, u64)>,
}

impl Table {
    /// The table of a recording.
    pub(super) fn new(site: &'static Site, mut recording: Recording) -> Self {
        let (mut places, mut urgencies) = (Vec::new(), Vec::new());
        for (node, wishes) in recording.wishes.drain(..) {
            places.extend(wishes.scope.map(|scope| (node, scope)));
            urgencies.extend(wishes.priority.map(|priority| (node, priority)));
        }
        let mut priorities = Vec::new();
        if site.has_priorities() || !urgencies.is_empty() {
            let statements = recording.statements.iter();
            priorities.extend(statements.map(|&statement| site.priority(statement)));
            for (node, priority) in urgencies {
                priorities[node as usize] = priority;
            }
        }
        Table {
            places,
            priorities,
            site,
            recording,
            order: None,
            grain: 0,
            penance: 0,
        }
    }

    /// Runs all nodes.
    ///
    /// # Errors
    /// That of the first node in program order that failed or panicked.
    pub(super) fn run(&mut self) -> Result<()> {
        let threads = lane::with(|lane| {
            lane.worker()
                .map_or_else(pool::default_threads, |worker| worker.shared().threads())
        });
        let watched = observe::enabled();
        let confined = !self.places.is_empty() || current::inherited_scope().is_some();
        if watched || confined || forced() {
            return self.run_parallel(0);
        }
        if threads == 1 {
            return self.run_serial(0, self.recording.bodies.len());
        }
        if self.penance > 0 {
            self.penance -= 1;
            return self.run_serial(0, self.recording.bodies.len());
        }
        let expected = self
            .grain
            .saturating_mul(self.recording.bodies.len() as u64);
        if self.grain >= 4 * GRAIN && expected >= 4 * WARM {
            return self.run_parallel(0);
        }
        self.run_adaptively()
    }

    /// Begins in program order and goes over to the parallel form when that pays.
    fn run_adaptively(&mut self) -> Result<()> {
        let nodes = self.recording.bodies.len();
        let start = clock::ticks();
        let (mut done, mut stretch, mut stretch_start) = (0, 1, start);
        while done < nodes {
            let end = (done + stretch).min(nodes);
            self.run_serial(done, end)?;
            let now = clock::ticks();
            self.grain = now.wrapping_sub(stretch_start) / (end - done) as u64;
            if self.grain >= GRAIN && now.wrapping_sub(start) >= WARM && end < nodes {
                return self.run_parallel(end);
            }
            (done, stretch_start) = (end, now);
            stretch = (stretch * 2).min(STRETCH);
        }
        Ok(())
    }

    fn run_serial(&self, start: usize, end: usize) -> Result<()> {
        let at = At::node_of_run(0, true);
        let result = catch_unwind(AssertUnwindSafe(|| {
            for node in start..end {
                at.step(node as u32);
                // SAFETY: program order respects all edges, and this is one thread.
                unsafe { self.recording.bodies.call(node as u32, &at) }?;
            }
            Ok(())
        }));
        match result {
            Ok(result) => result,
            Err(payload) => Err(self.panicked(at.node(), payload)),
        }
    }

    /// Runs what is left after the first `done` nodes.
    fn run_parallel(&mut self, done: usize) -> Result<()> {
        if lane::with(|lane| lane.worker().is_none()) {
            let pool = pool::default_pool()?;
            return pool.install(|| self.run_parallel(done));
        }
        let start = clock::ticks();
        let order = self.order.take();
        let mut order = order.unwrap_or_else(|| Order::of(&self.recording));
        order.count_from(done);
        let result = lane::with(|lane| {
            let worker = lane.worker().expect("checked above");
            let pins = self.pins(worker)?;
            let run = Run {
                head: JobHead::within(lane.task.get(), Run::run_job),
                table: self,
                order: &order,
                pins,
                urgent: (!self.priorities.is_empty()).then(Urgent::new),
                inherited: current::inherited(),
                left: Countdown::new((self.recording.bodies.len() - done) as u32),
                failure: EarliestFailure::none_yet(),
                pool: Arc::clone(worker.shared()),
                owner: worker.index(),
                watch: self.watch(&order),
            };
            run.run_all(worker, done as u32)
        });
        self.order = Some(order);
        let nodes = (self.recording.bodies.len() - done) as u64;
        let each = clock::ticks().wrapping_sub(start) / nodes.max(1);
        if self.grain > 0 && each > self.grain && done == 0 {
            self.penance = PENANCE;
        } else if self.grain == 0 {
            self.grain = each;
        }
        result
    }

    /// The threads that nodes are confined to, chosen for this run.
    fn pins(&self, worker: &Worker) -> Result<Vec<u32>> {
        let around = current::inherited_scope();
        if self.places.is_empty() && around.is_none() {
            return Ok(Vec::new());
        }
        let pin = |node: u32, scope: &Scope| -> Result<u32> {
            let statement = self.recording.statements[node as usize];
            let pin = frame::pin(worker, self.site, statement, scope)?;
            Ok(pin.unwrap_or(ANYWHERE))
        };
        let mut pins = vec![ANYWHERE; self.recording.bodies.len()];
        if let Some(around) = &around {
            for (node, pinned) in (0..).zip(&mut pins) {
                *pinned = pin(node, around)?;
            }
        }
        for (node, scope) in &self.places {
            pins[*node as usize] = pin(*node, scope)?;
        }
        Ok(pins)
    }

    fn watch(&self, order: &Order) -> Option<(GraphId, u64)> {
        if !observe::enabled() {
            return None;
        }
        let nodes = self.recording.bodies.len() as u64;
        let run = observe::graph_begin(graph_ref(self.site.graph(), Some(nodes)));
        let first = observe::next_ids(nodes);
        for node in 0..self.recording.bodies.len() {
            for &successor in order.successors_of(node as u32) {
                observe::dependency(first + node as u64, first + u64::from(successor));
            }
        }
        Some((run, first))
    }

    #[cold]
    fn panicked(&self, node: u32, payload: Box<dyn std::any::Any + Send>) -> Error {
        self.site
            .panicked(self.recording.statements[node as usize], payload)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        spare::keep_recording(std::mem::take(&mut self.recording));
    }
}

impl Order {
    /// Turns a recording around.
    fn of(recording: &Recording) -> Order {
        let nodes = recording.bodies.len();
        let mut starts = vec![0_u32; nodes + 1];
        for &from in &recording.predecessors {
            starts[from as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut joins = vec![0_u32; nodes];
        let mut place = starts.clone();
        let mut successors = vec![0_u32; recording.predecessors.len()];
        let mut start = 0;
        for (node, (join, &end)) in joins.iter_mut().zip(&recording.ends).enumerate() {
            let range = start..end as usize;
            *join = range.len() as u32;
            start = range.end;
            for &from in &recording.predecessors[range] {
                successors[place[from as usize] as usize] = node as u32;
                place[from as usize] += 1;
            }
        }
        Order {
            counters: joins.iter().map(|_| Countdown::new(0)).collect(),
            joins,
            starts,
            successors,
        }
    }

    /// Sets the counters to what each node waits for when the first `done` have ended.
    fn count_from(&mut self, done: usize) {
        for (counter, &join) in self.counters.iter_mut().zip(&self.joins) {
            *counter = Countdown::new(join);
        }
        for node in 0..done {
            for &successor in self.successors_of(node as u32) {
                // No other thread yet.
                self.counters[successor as usize].one_less();
            }
        }
    }

    #[inline]
    fn successors_of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.successors[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

impl Run<'_> {
    fn run_all(&self, worker: &Worker, done: u32) -> Result<()> {
        let mut first = None;
        for node in (done..self.table.recording.bodies.len() as u32).rev() {
            // Others may be counting down already, but only nodes that come after those offered, which this scan from behind
            // has passed.
            if self.order.counters[node as usize].missing() == 0 {
                first = self.keep_one(worker, node, first);
            }
        }
        if let Some(first) = first {
            self.run_from(worker, self.most_urgent(first));
        }
        worker.wait(|| self.left.is_over());
        if let Some((run, _)) = self.watch {
            observe::graph_end(run);
        }
        self.failure.outcome()
    }

    /// # Safety
    /// `head` points to a `Run` that still waits for `node`, which is ready and was pushed once.
    unsafe fn run_job(head: *const JobHead, node: u32) {
        // SAFETY: a run begins with its head, and lives until `left` is zero, which this node still counts in.
        let run = unsafe { &*head.cast::<Run<'_>>() };
        lane::with(|lane| {
            lane.begin(crate::lowered::stack_depth());
            let _around = current::inherit(run.inherited.clone());
            let node = run.drawn(node);
            run.run_from(lane.worker().expect("jobs run on workers"), node);
        });
    }

    /// Runs a ready node, what it makes ready, and so on until this worker has none of its own left.
    fn run_from(&self, worker: &Worker, node: u32) {
        let mut next = Some(node);
        let mut ended = 0;
        while let Some(node) = next {
            self.run_node(node);
            ended += 1;
            next = self.end_of(worker, node).or_else(|| self.pop_own(worker));
        }
        let (pool, owner) = (Arc::as_ptr(&self.pool), self.owner);
        // The run may be gone afterwards.
        if self.left.down(ended) && owner != worker.index() {
            // SAFETY: this thread is a worker of that pool and so keeps it alive.
            unsafe { (*pool).unpark(owner) };
        }
    }

    /// This worker's newest fork, if it belongs to this run.
    fn pop_own(&self, worker: &Worker) -> Option<u32> {
        let job = worker.pop_fork()?;
        if std::ptr::eq(job.head(), &self.head) {
            return Some(self.drawn(job.argument()));
        }
        worker.push_fork_quietly(job);
        None
    }

    fn run_node(&self, node: u32) {
        if self.failure.cuts(u64::from(node)) {
            return;
        }
        let at = At::node_of_run(node, true);
        if let Some((run, first)) = self.watch {
            let statement = self.table.recording.statements[node as usize];
            let id = first + u64::from(node);
            observe::task_begin(task_ref(self.table.site.graph(), statement, id, run));
        }
        let result = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: this thread took the node's counter to zero (or it is a source), so nobody else runs it, and what it
            // depends on happened before.
            unsafe { self.table.recording.bodies.call(node, &at) }
        }));
        let failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(payload) => Some(self.table.panicked(node, payload)),
        };
        if let Some((_, first)) = self.watch {
            observe::task_end(first + u64::from(node), outcome(failure.as_ref()));
        }
        if let Some(error) = failure {
            self.failure.fail(u64::from(node), error);
        }
    }

    /// Counts the successors of an ended node down; returns one that became ready.
    #[inline]
    fn end_of(&self, worker: &Worker, node: u32) -> Option<u32> {
        let next = release(
            self.order.successors_of(node),
            &self.order.counters,
            |ready, kept| self.keep_one(worker, ready, kept),
        );
        next.map(|next| self.most_urgent(next))
    }

    /// Of a ready node and another one, if there is one, offers one and returns the other: the second, unless the first is
    /// more urgent. One that must not run here is offered.
    #[inline]
    fn keep_one(&self, worker: &Worker, node: u32, other: Option<u32>) -> Option<u32> {
        let elsewhere = |node: u32| {
            let pin = self.pin_of(node);
            pin != ANYWHERE && pin as usize != worker.index()
        };
        if elsewhere(node) {
            self.offer(worker, node);
            return other;
        }
        let Some(other) = other else {
            return Some(node);
        };
        let swaps = self.urgent.is_some() && self.ready(node) > self.ready(other);
        let (kept, given) = if swaps { (node, other) } else { (other, node) };
        self.offer(worker, given);
        Some(kept)
    }

    #[inline]
    fn pin_of(&self, node: u32) -> u32 {
        self.pins.get(node as usize).copied().unwrap_or(ANYWHERE)
    }

    /// The node that a job of this run's stands for.
    #[inline]
    fn drawn(&self, argument: u32) -> u32 {
        match &self.urgent {
            Some(urgent) if argument == TOKEN => urgent.redeem(),
            _ => argument,
        }
    }

    /// This ready node, or a more urgent one that waits, in whose place it then waits.
    #[inline]
    fn most_urgent(&self, node: u32) -> u32 {
        match &self.urgent {
            // A node that is confined to this thread cannot wait for whoever comes.
            Some(urgent) if self.pin_of(node) == ANYWHERE => urgent.swap(self.ready(node)),
            _ => node,
        }
    }

    #[cold]
    fn ready(&self, node: u32) -> Ready<u32> {
        Ready {
            priority: self.table.priorities[node as usize],
            order: u64::from(node),
            node,
        }
    }

    fn offer(&self, worker: &Worker, node: u32) {
        // SAFETY: the run outlives the job (its `left` counts the node), and the node is ready and offered once.
        let job = |argument| unsafe { Job::new(&raw const self.head, argument) };
        match (self.pin_of(node), &self.urgent) {
            (ANYWHERE, None) => worker.push_fork(job(node)),
            (ANYWHERE, Some(urgent)) => {
                urgent.add(self.ready(node));
                worker.push_fork(job(TOKEN));
            }
            (thread, _) => self.pool.send_to(thread as usize, Kind::Fork, job(node)),
        }
    }
}
