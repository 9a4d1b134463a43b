//! The executor of static graphs: a frame on the caller's stack.
//!
//! # Protocol
//!
//! A frame holds one join counter a unit, preset from the plan, and `left`, the number of units
//! that have not ended; both are [`Countdown`]s. A thread that ends a unit counts its successors down; who
//! takes one to its end owns that unit and either goes straight on with it or pushes it
//! as a fork. So everything that a unit's predecessors wrote is visible
//! to whoever runs it. At last the thread counts `left` down. The owner returns when that is over, so it
//! sees all results; who counted the last one touches the frame no more, only the pool, to wake the owner.
//!
//! # Failure
//!
//! As [`EarliestFailure`] says: units whose first node lies behind the earliest failed one are not run any more.
//!
//! The frame allocates nothing; it knows no types and no tasks, only units by number.

mod node;
mod plan;
mod urgent;

pub(crate) use node::Erased;
pub use node::{Node, Units};
pub use plan::Plan;
pub(crate) use urgent::{Ready, Urgent};

use crate::dynamic::{Chosen, current};
use crate::ends::{Countdown, EarliestFailure, release};
use crate::lowered::{At, RED_ZONE, STACK_PIECE, Site, Watch, offer, offered, stack_depth};
use crate::pool::{self, Job, JobHead, Kind, Shared, Worker, lane};
use crate::seam::TaskView;
use crate::{Options, Result, Scope};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// One run of a static graph with `N` units.
#[derive(Debug)]
pub struct Frame<'f, const N: usize> {
    nodes: [Erased<'f>; N],
    joins: [Countdown; N],
    scopes: &'f [(u32, Scope)],
    site: &'static Site,
    plan: &'static Plan,
}

/// The part of a frame that jobs point to; independent of `N`.
#[repr(C)]
struct Core<'f> {
    head: JobHead,
    plan: &'static Plan,
    site: &'static Site,
    nodes: &'f [Erased<'f>],
    joins: &'f [Countdown],
    pins: Option<&'f [Option<u32>]>,
    /// The ready units, if some are more urgent than others.
    urgent: Option<Urgent<u32>>,
    /// What the threads that run units inherit from the caller.
    inherited: Option<Arc<Options>>,
    left: Countdown,
    failure: EarliestFailure,
    pool: &'f Shared,
    owner: usize,
    watch: Option<Watch>,
}

// SAFETY: a core is shared by the threads that run the frame's units; its interior is countdowns
// and the failure, which are shared safely, and each erased node is run by the one thread that took its counter to zero.
unsafe impl Sync for Core<'_> {}

impl<'f, const N: usize> Frame<'f, N> {
    /// A frame for one run, with some units confined to scopes.
    #[inline]
    pub fn new(
        site: &'static Site,
        plan: &'static Plan,
        nodes: [Erased<'f>; N],
        scopes: &'f [(u32, Scope)],
    ) -> Self {
        Frame {
            nodes,
            joins: std::array::from_fn(|unit| Countdown::new(plan.joins[unit])),
            scopes,
            site,
            plan,
        }
    }

    /// Runs all units and returns when every one has ended.
    ///
    /// # Errors
    /// That of the first node in program order that failed or panicked; before any has run, that of a scope that
    /// no processor satisfies.
    ///
    /// # Safety
    /// The plan orders every two units whose accesses conflict; the captures of the nodes may be used on any thread.
    #[inline(never)]
    pub unsafe fn run(self) -> Result<()> {
        let here = lane::with(|lane| lane.worker().is_some());
        if here {
            return stacker::maybe_grow(RED_ZONE, STACK_PIECE, || self.run_here());
        }
        struct Carried<T>(T);
        // SAFETY: `run`'s caller allows the nodes' captures to be used on any thread, and this
        // thread waits in `install` meanwhile.
        unsafe impl<T> Send for Carried<T> {}
        impl<T> Carried<T> {
            fn into_inner(self) -> T {
                self.0
            }
        }
        let carried = Carried(self);
        pool::default_pool()?.install(move || carried.into_inner().run_here())
    }

    fn run_here(self) -> Result<()> {
        let outermost = lane::with(|lane| {
            let outermost = !lane.inside.get();
            if outermost {
                lane.begin(stack_depth());
            }
            outermost
        });
        let offer = offer();
        let result = lane::with(|lane| {
            let worker = lane.worker().expect("`run` has moved to a worker");
            let pins = self.pins(worker)?;
            let core = Core {
                head: JobHead::within(lane.task.get(), Core::run_job),
                plan: self.plan,
                site: self.site,
                nodes: &self.nodes,
                joins: &self.joins,
                pins: pins.as_ref().map(|pins| &pins[..]),
                urgent: self.site.has_priorities().then(Urgent::new),
                inherited: current::inherited(),
                left: Countdown::new(N as u32),
                failure: EarliestFailure::none_yet(),
                pool: worker.shared(),
                owner: worker.index(),
                watch: Watch::begin(self.site.graph()),
            };
            let result = core.run_all(worker);
            if let Some(watch) = core.watch {
                watch.end();
            }
            result
        });
        lane::with(|lane| {
            if outermost {
                self.site.took_in_parallel(offer.elapsed());
                lane.leave();
            } else {
                offered(lane, offer);
            }
        });
        result
    }
}

impl<const N: usize> Frame<'_, N> {
    /// The threads that scoped units are confined to, chosen by the runtime's placement.
    fn pins(&self, worker: &Worker) -> Result<Option<[Option<u32>; N]>> {
        let inherited = current::inherited();
        let around = inherited.as_ref().and_then(|around| around.scope.as_ref());
        if self.scopes.is_empty() && around.is_none() {
            return Ok(None);
        }
        let mut scopes = [around; N];
        for (unit, scope) in self.scopes {
            scopes[*unit as usize] = Some(scope);
        }
        let mut pins = [None; N];
        for (unit, scope) in scopes.into_iter().enumerate() {
            if let Some(scope) = scope {
                pins[unit] = pin(worker, self.site, self.plan.first_nodes[unit], scope)?;
            }
        }
        Ok(Some(pins))
    }
}

/// The thread that node `node` of `site` is confined to by `scope`, chosen by the runtime's placement; `None` if any will do.
pub(crate) fn pin(
    worker: &Worker,
    site: &'static Site,
    node: u32,
    scope: &Scope,
) -> Result<Option<u32>> {
    let task = TaskView::new(site.name(node), site.priority(node));
    let places = worker.shared().home().places();
    Ok(match places.choose(scope, &task, || site.origin(node))? {
        Chosen::Anywhere => None,
        Chosen::Thread(thread) => Some(thread as u32),
    })
}

/// The argument of a job that stands for the most urgent unit that is ready.
const TOKEN: u32 = u32::MAX;

impl Core<'_> {
    fn run_all(&self, worker: &Worker) -> Result<()> {
        let (&first, others) = match self.plan.sources.split_first() {
            Some(split) => split,
            None => return Ok(()),
        };
        for &unit in others.iter().rev() {
            self.offer(worker, unit);
        }
        if self.pinned_elsewhere(first, worker) {
            self.offer(worker, first);
        } else {
            self.run_from(worker, self.most_urgent(first));
        }
        // What this thread offered and nobody took is newest in its deque.
        while !self.left.is_over() {
            match worker.pop_fork() {
                Some(job) => worker.execute(job),
                None => worker.wait(|| self.left.is_over()),
            }
        }
        self.failure.outcome()
    }

    /// # Safety
    /// `head` points to a `Core` that is still running, and `unit` is ready and was pushed once.
    unsafe fn run_job(head: *const JobHead, unit: u32) {
        // SAFETY: a core begins with its head, and it lives until `left` is zero, which needs this unit to end first.
        let core = unsafe { &*head.cast::<Core<'_>>() };
        lane::with(|lane| {
            let worker = lane.worker().expect("jobs run on workers");
            // A stolen unit is the root of work of its own.
            lane.begin(stack_depth());
            let _around = current::inherit(core.inherited.clone());
            let unit = match &core.urgent {
                Some(urgent) if unit == TOKEN => urgent.redeem(),
                _ => unit,
            };
            core.run_from(worker, unit);
        });
    }

    /// Runs a ready unit, and then whatever it makes ready that is not offered to others.
    fn run_from(&self, worker: &Worker, unit: u32) {
        let mut next = Some(unit);
        while let Some(unit) = next {
            self.run_unit(unit);
            next = self.end_of(worker, unit);
        }
    }

    fn run_unit(&self, unit: u32) {
        let first_node = self.plan.first_nodes[unit as usize];
        if self.failure.cuts(u64::from(first_node)) {
            return;
        }
        let at = At::watched(first_node, self.watch.as_ref());
        at.step(first_node);
        let result = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: this thread took the unit's counter to zero (or it is a source), so nobody else
            // runs it, and everything it depends on happened before.
            unsafe { self.nodes[unit as usize].run(&at) }
        }));
        let failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(payload) => Some(self.site.panicked(at.node(), payload)),
        };
        at.end(failure.as_ref());
        if let Some(error) = failure {
            self.failure.fail(u64::from(at.node()), error);
        }
    }

    /// Counts a unit as ended; returns a successor that became ready, to go on with.
    fn end_of(&self, worker: &Worker, unit: u32) -> Option<u32> {
        let next = release(
            self.plan.successors_of(unit),
            self.joins,
            |ready, kept| match kept {
                _ if self.pinned_elsewhere(ready, worker) => {
                    self.offer(worker, ready);
                    kept
                }
                Some(before) => Some(self.offer_less_urgent(worker, before, ready)),
                None => Some(ready),
            },
        );
        let next = next.map(|next| self.most_urgent(next));
        let (pool, owner) = (self.pool, self.owner);
        // After this the frame may be gone, unless `next` still counts in `left`.
        if self.left.down(1) && owner != worker.index() {
            pool.unpark(owner);
        }
        next
    }

    /// Gives a ready unit away: to the thread it is pinned to, or to whoever is idle.
    fn offer(&self, worker: &Worker, unit: u32) {
        // SAFETY: the core outlives the job (its `left` counts the unit), and the unit is ready and offered once.
        let job = unsafe { Job::new(&raw const self.head, unit) };
        match (self.pin_of(unit), &self.urgent) {
            (Some(thread), _) => self.pool.send_to(thread as usize, Kind::Fork, job),
            (None, None) => worker.push_fork(job),
            (None, Some(urgent)) => {
                urgent.add(self.ready(unit));
                // SAFETY: as above; the token stands for one unit of the heap.
                worker.push_fork(unsafe { Job::new(&raw const self.head, TOKEN) });
            }
        }
    }

    /// Offers one of two ready units, and returns the other: the first unless the second is more urgent.
    fn offer_less_urgent(&self, worker: &Worker, first: u32, second: u32) -> u32 {
        let swaps = self.urgent.is_some() && self.ready(second) > self.ready(first);
        let (keep, give) = if swaps {
            (second, first)
        } else {
            (first, second)
        };
        self.offer(worker, give);
        keep
    }

    /// This ready unit, or a more urgent one that waits, in whose place it then waits.
    #[inline]
    fn most_urgent(&self, unit: u32) -> u32 {
        match &self.urgent {
            // A unit that is pinned here cannot wait for whoever comes.
            Some(urgent) if self.pin_of(unit).is_none() => urgent.swap(self.ready(unit)),
            _ => unit,
        }
    }

    #[cold]
    fn ready(&self, unit: u32) -> Ready<u32> {
        let node = self.plan.first_nodes[unit as usize];
        Ready {
            priority: self.site.priority(node),
            order: u64::from(unit),
            node: unit,
        }
    }

    fn pin_of(&self, unit: u32) -> Option<u32> {
        self.pins.and_then(|pins| pins[unit as usize])
    }

    fn pinned_elsewhere(&self, unit: u32, worker: &Worker) -> bool {
        self.pin_of(unit)
            .is_some_and(|thread| thread as usize != worker.index())
    }
}
