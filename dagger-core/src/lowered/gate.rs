//! The choice between the serial and the parallel form of a graph.
//!
//! The rule, from the cheapest test to the dearest:
//! 1. A graph inside another one is run serially while this thread's *budget* lasts and the stack is
//!    deeper than the *limit*: two thread-local loads, no clock.
//! 2. Where there are other workers, a graph that the options around it or its tasks' own places want there
//!    runs across workers (`slices`).
//! 3. An *outermost* graph is run serially if runs at its site have been short, else in parallel.
//!    A site that has never run is tried in parallel: its work may be long.
//! 4. A *nested* graph at or above the limit is run in parallel, unless enough forks wait to be stolen already.
//!
//! The limit is an address on the stack. In a recursion the depth of the stack says how large the rest below is, so the limit
//! separates graphs worth a fork from those too small for one. It is found while running: if enough forks are waiting, or if a
//! fork turns out shorter than [`SHORT_FORK`], the limit rises above the graph at hand; if the budget runs out with too
//! few forks waiting for a while, it sinks. So a recursion of millions of tiny graphs pays about a nanosecond for each, while the
//! largest pieces, met first, are offered to others, and go on being offered when those are done.
//!
//! Offering the oldest work first and asking rarely are the ideas of heartbeat scheduling (Acar et al., PLDI 2018);
//! here no clock has to tick, the worker looks at it itself.

use super::site::{At, Site};
use crate::pool::{self, lane};
use crate::rules::{Crosses, Sent};
use crate::sync::statics::{AtomicBool, Ordering};
use crate::{Result, clock, slices};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Graphs entered serially between two looks at the clock.
const BUDGET: u32 = 128;
/// Nested graphs offer nothing before the outermost has run so long.
const WARM: u64 = clock::micros(3);
/// A nested graph shorter than this is not worth a fork.
const SHORT_FORK: u64 = clock::micros(8);
/// If too few forks have been waiting for so long, smaller ones are offered.
const HUNGRY: u64 = clock::micros(10);
/// Forks that may wait in a worker's deque before it keeps further ones for itself.
const PLENTY: usize = 3;
/// Stack left below which a chain continues on a new piece of stack.
pub(crate) const RED_ZONE: usize = 512 * 1024;
/// Size of such a piece.
pub(crate) const STACK_PIECE: usize = 8 * 1024 * 1024;

/// Makes every graph run in its parallel form: for tests, so that tiny graphs exercise it.
static FORCED: AtomicBool = AtomicBool::new(false);

/// Makes every graph that has one run in its parallel form, or stops doing so. For tests.
#[doc(hidden)]
pub fn force_parallel(on: bool) {
    // relaxed: a switch thrown before the runs it concerns, on the same thread or one that it starts.
    FORCED.store(on, Ordering::Relaxed);
}

/// Which form a graph takes this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Gate {
    /// Serial, inside another graph.
    Plain,
    /// Serial, outermost: timed for the site's memory.
    Timed,
    /// Parallel, on the threads of this worker.
    Parallel,
    /// Across workers.
    Far,
}

/// Whether every graph runs in its parallel form.
#[inline]
pub(crate) fn forced() -> bool {
    // relaxed: see `force_parallel`.
    FORCED.load(Ordering::Relaxed)
}

/// Decides which form the graph at `site` takes now.
#[inline(always)]
pub fn enter(site: &'static Site) -> Gate {
    lane::with(|lane| {
        let budget = lane.budget.get();
        if budget > 0 && stack_depth() < lane.limit.get() {
            lane.budget.set(budget - 1);
            Gate::Plain
        } else {
            choose(lane, site)
        }
    })
}

/// Like [`enter`], for a graph with nodes that must run in particular places: always parallel.
#[inline(always)]
pub fn enter_pinned(_site: &'static Site) -> Gate {
    if crate::dynamic::workers() > 1 {
        Gate::Far
    } else {
        Gate::Parallel
    }
}

/// Runs a graph that is one chain, so that it has no parallel form: here, or where the options around it say.
#[inline(always)]
pub fn enter_chain<R: Crosses>(
    site: &'static Site,
    body: impl FnOnce(&At<'_>) -> Result<R> + Sent,
) -> Result<R> {
    let due = lane::with(|lane| {
        let budget = lane.budget.get();
        if budget > 0 {
            lane.budget.set(budget - 1);
            false
        } else {
            true
        }
    });
    if due {
        chain(site, body)
    } else {
        guarded(site, body)
    }
}

impl Gate {
    /// Whether the serial form runs.
    #[inline(always)]
    pub fn is_serial(self) -> bool {
        !matches!(self, Gate::Parallel | Gate::Far)
    }

    /// Runs the serial form.
    #[inline(always)]
    pub fn serial<R>(
        self,
        site: &'static Site,
        body: impl FnOnce(&At<'_>) -> Result<R>,
    ) -> Result<R> {
        // Without a destructor the result can stay in registers across the call.
        let result = ManuallyDrop::new(guarded(site, body));
        if self == Gate::Timed {
            leave(site);
        }
        ManuallyDrop::into_inner(result)
    }
}

/// Runs the parallel form, out of line, so that the serial form keeps its registers and a small stack frame.
#[cold]
#[inline(never)]
pub fn parallel<R>(body: impl FnOnce() -> Result<R>) -> Result<R> {
    body()
}

/// Runs `body`, turning a panic into an error of the node that was running.
#[inline(always)]
pub fn guarded<R>(site: &'static Site, body: impl FnOnce(&At<'_>) -> Result<R>) -> Result<R> {
    let at = At::new();
    match catch_unwind(AssertUnwindSafe(|| body(&at))) {
        Ok(result) => result,
        Err(payload) => Err(site.panicked(at.node(), payload)),
    }
}

/// Everything but the fast path of [`enter`].
#[cold]
#[inline(never)]
fn choose(lane: &lane::Lane, site: &'static Site) -> Gate {
    if slices::wanted(lane, site) {
        return Gate::Far;
    }
    if forced() || crate::observe::enabled() || super::is_elsewhere() {
        return Gate::Parallel;
    }
    if lane.inside.get() {
        choose_nested(lane)
    } else {
        choose_outermost(lane, site)
    }
}

fn choose_outermost(lane: &lane::Lane, site: &'static Site) -> Gate {
    let parallel = !site.prefers_serial()
        && lane
            .worker()
            .map_or_else(pool::default_threads, |worker| worker.shared().threads())
            > 1;
    if parallel {
        return Gate::Parallel;
    }
    lane.inside.set(true);
    lane.budget.set(BUDGET);
    lane.limit.set(usize::MAX);
    let now = clock::ticks();
    lane.start.set(now);
    // It is expected to be short: nobody is hungry before it turns out otherwise.
    lane.offered.set(now);
    Gate::Timed
}

fn choose_nested(lane: &lane::Lane) -> Gate {
    let depth = stack_depth();
    if stacker::remaining_stack().is_some_and(|left| left < RED_ZONE) {
        // The parallel form goes on with a new piece of stack.
        return Gate::Parallel;
    }
    let due = lane.budget.get() == 0;
    lane.budget.set(BUDGET);
    let Some(worker) = lane.worker().filter(|worker| worker.shared().threads() > 1) else {
        lane.limit.set(usize::MAX);
        return Gate::Plain;
    };
    if worker.forks_waiting() >= PLENTY {
        lane.limit.set(lane.limit.get().max(depth + 1));
        return Gate::Plain;
    }
    if depth >= lane.limit.get() {
        return Gate::Parallel;
    }
    if due {
        let now = clock::ticks();
        let warm = now.wrapping_sub(lane.start.get()) >= WARM;
        if warm && now.wrapping_sub(lane.offered.get()) >= HUNGRY {
            let highest = lane.limit.get().min(lane.top.get().max(depth));
            lane.limit.set(highest - (highest - depth) / 4);
            lane.offered.set(now);
        }
    }
    Gate::Plain
}

/// What a nested parallel run began with; to be given to [`offered`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    depth: usize,
    start: u64,
}

impl Offer {
    /// Ticks since it was made.
    pub(crate) fn elapsed(self) -> u64 {
        clock::ticks().wrapping_sub(self.start)
    }
}

/// A nested graph begins to run in its parallel form.
#[inline]
pub(crate) fn offer() -> Offer {
    Offer {
        depth: stack_depth(),
        start: clock::ticks(),
    }
}

/// The end of a nested parallel run: if it was too short for a fork, graphs this deep in the stack are not offered any more.
#[inline]
pub(crate) fn offered(lane: &lane::Lane, offer: Offer) {
    lane.offered.set(clock::ticks());
    if offer.elapsed() < SHORT_FORK {
        // The run's own frames lie between the graph and `offer`.
        lane.limit.set(lane.limit.get().max(offer.depth + FRAMES));
    }
}

/// Bytes of stack between where a graph is entered and where its frame begins to run, roughly.
const FRAMES: usize = 512;

/// Where the stack ends now. Deeper calls have lower addresses.
#[inline(always)]
pub(crate) fn stack_depth() -> usize {
    let depth: usize;
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: copies the stack pointer into a register and does nothing else.
    unsafe {
        std::arch::asm!("mov {}, rsp", out(reg) depth, options(nomem, nostack, preserves_flags));
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: copies the stack pointer into a register and does nothing else.
    unsafe {
        std::arch::asm!("mov {}, sp", out(reg) depth, options(nomem, nostack, preserves_flags));
    }
    #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        let marker = 0_u8;
        depth = (&raw const marker).addr();
    }
    depth
}

/// The end of an outermost serial run.
#[cold]
#[inline(never)]
fn leave(site: &'static Site) {
    lane::with(|lane| {
        site.took_serially(clock::ticks().wrapping_sub(lane.start.get()));
        lane.leave();
    });
}

/// A chain whose budget ran out: looks at the options around it, and at the stack, which may be deep in recursion by now.
#[cold]
#[inline(never)]
fn chain<R: Crosses>(
    site: &'static Site,
    body: impl FnOnce(&At<'_>) -> Result<R> + Sent,
) -> Result<R> {
    // The budget stays used up, so that the next graph here looks as well.
    if let Some((shared, thread)) = super::elsewhere(|| site.origin(0))? {
        // SAFETY: `Sent` and `Crosses` hold for types that are `Send`, and for no others.
        return match unsafe { super::run_on(&shared, thread, || guarded(site, body)) } {
            Ok(result) => result,
            Err(payload) => Err(site.panicked(0, payload)),
        };
    }
    let outermost = lane::with(|lane| {
        lane.budget.set(BUDGET);
        let outermost = !lane.inside.replace(true);
        if outermost {
            lane.limit.set(usize::MAX);
            lane.start.set(clock::ticks());
        }
        outermost
    });
    let result = stacker::maybe_grow(RED_ZONE, STACK_PIECE, || guarded(site, body));
    if outermost {
        lane::with(lane::Lane::leave);
    }
    result
}
