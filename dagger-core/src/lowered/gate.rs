//! The choice between the serial and the parallel form of a graph.
//!
//! The rule, from the cheapest test to the dearest:
//! 1. While this thread's *budget* lasts, a graph inside another one is run serially: one
//!    thread-local decrement, no clock.
//! 2. An *outermost* graph is run serially if runs at its site have been short, else in parallel.
//!    A site that has never run is tried in parallel: its work may be long.
//! 3. A *nested* graph whose turn has come (the budget ran out) is run in parallel if the thread has
//!    a fork to give: the outermost graph has been running for a while already, few forks wait to be stolen, and the last one
//!    was offered a while ago (or tokens are left from the start). Otherwise the thread gets a new budget.
//!
//! So a recursion of millions of tiny graphs pays about a nanosecond for each, while the largest
//! pieces, met first, are offered to others. The idea of asking rarely and offering the oldest comes from heartbeat scheduling
//! (Acar et al., PLDI 2018); here the clock is read by the worker itself, every [`BUDGET`] graphs.

use super::site::{At, Site};
use crate::pool::{self, lane};
use crate::sync::statics::{AtomicBool, Ordering};
use crate::{Result, clock};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Graphs entered serially between two looks at the clock.
const BUDGET: u32 = 128;
/// Outermost runs shorter than this are not worth a second thread.
const SHORT: u64 = clock::micros(10);
/// Nested graphs offer nothing before the outermost has run so long.
const WARM: u64 = clock::micros(3);
/// One fork may be offered in so much time, once the first ones are spent.
const TOKEN: u64 = clock::micros(8);
/// Forks offered at once at the beginning.
pub(crate) const TOKENS: u32 = 3;
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
    /// Parallel.
    Parallel,
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
        if budget > 0 {
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
    Gate::Parallel
}

/// Runs a graph that is one chain, so that it has no parallel form.
#[inline(always)]
pub fn enter_chain<R>(site: &'static Site, body: impl FnOnce(&At<'_>) -> Result<R>) -> Result<R> {
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
        self != Gate::Parallel
    }

    /// Runs the serial form.
    #[inline(always)]
    pub fn serial<R>(
        self,
        site: &'static Site,
        body: impl FnOnce(&At<'_>) -> Result<R>,
    ) -> Result<R> {
        let result = guarded(site, body);
        if self == Gate::Timed {
            leave(site);
        }
        result
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
pub(crate) fn guarded<R>(
    site: &'static Site,
    body: impl FnOnce(&At<'_>) -> Result<R>,
) -> Result<R> {
    let at = At::new();
    match catch_unwind(AssertUnwindSafe(|| body(&at))) {
        Ok(result) => result,
        Err(payload) => Err(site.panicked(at.node(), &*payload)),
    }
}

/// Everything but the fast path of [`enter`].
#[cold]
#[inline(never)]
fn choose(lane: &lane::Lane, site: &'static Site) -> Gate {
    if forced() || crate::observe::enabled() {
        return Gate::Parallel;
    }
    if lane.inside.get() {
        choose_nested(lane)
    } else {
        choose_outermost(lane, site)
    }
}

fn choose_outermost(lane: &lane::Lane, site: &'static Site) -> Gate {
    let parallel = site.estimate().is_none_or(|ticks| ticks >= SHORT)
        && lane
            .worker()
            .map_or_else(pool::default_threads, |worker| worker.shared().threads())
            > 1;
    if parallel {
        return Gate::Parallel;
    }
    lane.inside.set(true);
    lane.budget.set(BUDGET);
    lane.tokens.set(TOKENS);
    lane.start.set(clock::ticks());
    Gate::Timed
}

fn choose_nested(lane: &lane::Lane) -> Gate {
    let serial = || {
        lane.budget.set(BUDGET);
        Gate::Plain
    };
    if stacker::remaining_stack().is_some_and(|left| left < RED_ZONE) {
        // The parallel form goes on with a new piece of stack.
        return Gate::Parallel;
    }
    let Some(worker) = lane.worker() else {
        return serial();
    };
    if worker.shared().threads() == 1 || worker.forks_waiting() >= PLENTY {
        return serial();
    }
    let now = clock::ticks();
    if now.wrapping_sub(lane.start.get()) < WARM {
        return serial();
    }
    if lane.tokens.get() == 0 {
        if now.wrapping_sub(lane.token_time.get()) < TOKEN {
            return serial();
        }
        lane.tokens.set(1);
    }
    lane.tokens.set(lane.tokens.get() - 1);
    lane.token_time.set(now);
    Gate::Parallel
}

/// The end of an outermost serial run.
#[cold]
#[inline(never)]
fn leave(site: &'static Site) {
    lane::with(|lane| {
        site.took_serially(clock::ticks().wrapping_sub(lane.start.get()));
        lane.inside.set(false);
        lane.budget.set(0);
    });
}

/// A chain whose budget ran out: looks at the stack, which may be deep in recursion by now.
#[cold]
#[inline(never)]
fn chain<R>(site: &'static Site, body: impl FnOnce(&At<'_>) -> Result<R>) -> Result<R> {
    let outermost = lane::with(|lane| {
        lane.budget.set(BUDGET);
        !lane.inside.replace(true)
    });
    let result = stacker::maybe_grow(RED_ZONE, STACK_PIECE, || guarded(site, body));
    if outermost {
        lane::with(|lane| {
            lane.inside.set(false);
            lane.budget.set(0);
        });
    }
    result
}
