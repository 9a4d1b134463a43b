//! A `dag!` in the source: its graph, and what is remembered of how long it takes.

use crate::clock;
use crate::error::{Error, Origin};
use crate::lowered::fallible::Failure;
use crate::lowered::place::refusal;
use crate::lowered::quietly::drop_quietly;
use crate::lowered::watch::Watch;
use crate::slices::Slices;
use crate::sync::statics::{AtomicU64, Ordering};
use dagger_ir::Graph;
use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;

/// Outermost runs shorter than this are not worth a second thread.
const SHORT: u64 = clock::micros(10);
/// A parallel run shorter than this may have been mostly overhead.
const DOUBTFUL: u64 = clock::micros(60);
/// Where parallel runs are doubtful, one run in so many takes the form that has been slower.
const RETRY: u64 = 64;

/// One `dag!` in the source. The expansion makes one as a `static`.
#[derive(Debug)]
pub struct Site {
    graph: &'static Graph,
    /// Whether some node has a priority.
    has_priorities: bool,
    /// How it is cut, if it can run across workers.
    slices: Option<&'static Slices>,
    /// The longest recent outermost run in ticks, decaying; 0 when none was seen.
    estimate: AtomicU64,
    /// How long an outermost parallel run takes in ticks, on average; 0 when none was seen.
    parallel: AtomicU64,
    /// Counts doubtful runs.
    turn: AtomicU64,
}

impl Site {
    /// The site of this graph.
    pub const fn new(graph: &'static Graph) -> Self {
        Site {
            graph,
            has_priorities: has_priorities(graph),
            slices: None,
            estimate: AtomicU64::new(0),
            parallel: AtomicU64::new(0),
            turn: AtomicU64::new(0),
        }
    }

    /// The same, for a graph that can be cut so.
    pub const fn with_slices(graph: &'static Graph, slices: &'static Slices) -> Self {
        let mut site = Site::new(graph);
        site.slices = Some(slices);
        site
    }

    /// How the graph is cut, if it can run across workers.
    pub(crate) fn slices(&self) -> Option<&'static Slices> {
        self.slices
    }

    /// The graph written here.
    #[inline]
    pub fn graph(&self) -> &'static Graph {
        self.graph
    }

    /// The error of node `node`, to whose result `?` was applied.
    #[cold]
    pub fn failed(&self, node: u32, failure: Failure) -> Error {
        match failure.0 {
            Some(error) => Error::failed(self.origin(node), error),
            None => Error::empty(self.origin(node)),
        }
    }

    /// The error of node `node`, which panicked.
    #[cold]
    pub(crate) fn panicked(&self, node: u32, payload: Box<dyn Any + Send>) -> Error {
        match refusal(payload, || self.origin(node)) {
            Ok(error) => error,
            Err(payload) => {
                let error = Error::panicked(self.origin(node), &*payload);
                drop_quietly(payload);
                error
            }
        }
    }

    /// How urgent node `node` is.
    pub(crate) fn priority(&self, node: u32) -> i32 {
        let written = self.graph.nodes().get(node as usize);
        written.map_or(0, |node| node.priority)
    }

    /// Whether some node has a priority.
    #[inline]
    pub(crate) fn has_priorities(&self) -> bool {
        self.has_priorities
    }

    /// The name of node `node`.
    pub(crate) fn name(&self, node: u32) -> &'static str {
        let written = self.graph.nodes().get(node as usize);
        written.map_or(&self.graph.name, |node| &node.name)
    }

    /// Where node `node` was written.
    #[cold]
    pub(crate) fn origin(&self, node: u32) -> Origin {
        match self.graph.nodes().get(node as usize) {
            Some(written) => {
                Origin::new(written.name.clone(), self.graph.file.clone(), written.line)
            }
            None => Origin::new(self.graph.name.clone(), self.graph.file.clone(), 0),
        }
    }

    /// Whether an outermost run is better serial. One long run does not settle it: the system may have taken the processor away.
    #[inline]
    pub(crate) fn prefers_serial(&self) -> bool {
        match self.estimate() {
            None => false,
            Some(serial) if serial < SHORT => true,
            Some(serial) => self.doubts(serial),
        }
    }

    #[cold]
    fn doubts(&self, serial: u64) -> bool {
        // relaxed: as in `estimate`.
        let parallel = self.parallel.load(Ordering::Relaxed);
        if parallel == 0 || parallel >= DOUBTFUL {
            return false;
        }
        // relaxed: as in `estimate`.
        let retry = self.turn.fetch_add(1, Ordering::Relaxed) % RETRY == RETRY - 1;
        (serial <= parallel) != retry
    }

    /// How long an outermost run takes, in ticks; `None` when that is not known.
    #[inline]
    fn estimate(&self) -> Option<u64> {
        // relaxed: a statistic; a lost or late update only costs a worse choice.
        match self.estimate.load(Ordering::Relaxed) {
            0 => None,
            ticks => Some(ticks),
        }
    }

    /// Remembers an outermost serial run: rises at once, but not so far that one interruption counts for long, and falls slowly.
    #[inline]
    pub(crate) fn took_serially(&self, ticks: u64) {
        // relaxed: as in `estimate`.
        let old = self.estimate.load(Ordering::Relaxed);
        let new = if ticks >= old {
            ticks.min(old.saturating_mul(4).max(SHORT))
        } else if old >= SHORT {
            old - (old - ticks) / 2
        } else {
            old - (old - ticks) / 8
        };
        if new != old {
            // relaxed: as in `estimate`.
            self.estimate.store(new.max(1), Ordering::Relaxed);
        }
    }

    /// Remembers an outermost parallel run. It contains the cost of being parallel, so a short one says only
    /// that a serial run should be tried, and one that is out of proportion that the work has changed.
    #[inline]
    pub(crate) fn took_in_parallel(&self, ticks: u64) {
        // relaxed: as in `estimate`.
        let average = match self.parallel.load(Ordering::Relaxed) {
            0 => ticks,
            before => before - before / 8 + ticks / 8,
        };
        // relaxed: as in `estimate`.
        self.parallel.store(average.max(1), Ordering::Relaxed);
        // relaxed: as in `estimate`.
        let old = self.estimate.load(Ordering::Relaxed);
        let new = if old == 0 && ticks < DOUBTFUL {
            1
        } else if ticks > old.saturating_mul(4) || ticks < old / 8 {
            ticks
        } else {
            old
        };
        if new != old {
            // relaxed: as in `estimate`.
            self.estimate.store(new.max(1), Ordering::Relaxed);
        }
    }
}

const fn has_priorities(graph: &Graph) -> bool {
    let Cow::Borrowed(nodes) = &graph.nodes else {
        return false;
    };
    let mut index = 0;
    while index < nodes.len() {
        if nodes[index].priority != 0 {
            return true;
        }
        index += 1;
    }
    false
}

/// Which node of a graph is running on this thread: what a panic is attributed to.
#[derive(Debug, Default)]
pub struct At<'w> {
    node: Cell<u32>,
    repeats: bool,
    watch: Option<&'w Watch>,
    open: Cell<bool>,
}

impl<'w> At<'w> {
    /// At the first node of a graph that runs once.
    #[inline(always)]
    pub fn new() -> Self {
        At::default()
    }

    /// At node `node` of a graph that will run again if `repeats`.
    #[inline(always)]
    pub(crate) fn node_of_run(node: u32, repeats: bool) -> Self {
        At {
            node: Cell::new(node),
            repeats,
            ..At::default()
        }
    }

    /// At node `node`, reporting to the observers, if any.
    #[inline(always)]
    pub(crate) fn watched(node: u32, watch: Option<&'w Watch>) -> Self {
        At {
            node: Cell::new(node),
            watch,
            ..At::default()
        }
    }

    /// Says that node `node` runs from here on.
    #[inline(always)]
    pub fn step(&self, node: u32) {
        if let Some(watch) = self.watch
            && !(self.open.get() && self.node.get() == node)
        {
            self.end(None);
            watch.node_begins(node);
            self.open.set(true);
        }
        self.node.set(node);
    }

    /// Says that the node that ran has ended.
    #[inline(always)]
    pub(crate) fn end(&self, failure: Option<&Error>) {
        if let Some(watch) = self.watch
            && self.open.replace(false)
        {
            watch.node_ends(self.node.get(), failure);
        }
    }

    /// The node that runs.
    #[inline(always)]
    pub fn node(&self) -> u32 {
        self.node.get()
    }

    /// Whether the graph will run again, so that values moved into it must stay.
    #[inline(always)]
    pub(crate) fn repeats(&self) -> bool {
        self.repeats
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn site() -> Site {
        static GRAPH: Graph = Graph::new("test", file!(), &[], &[]);
        Site::new(&GRAPH)
    }

    /// So many outermost runs, of so many ticks in either form; returns how many were serial.
    fn runs(site: &Site, count: u32, serial: u64, parallel: u64) -> u32 {
        (0..count)
            .filter(|_| {
                let prefers_serial = site.prefers_serial();
                if prefers_serial {
                    site.took_serially(serial);
                } else {
                    site.took_in_parallel(parallel);
                }
                prefers_serial
            })
            .count() as u32
    }

    #[test]
    fn a_short_graph_becomes_serial_again_after_an_interruption() {
        let site = site();
        assert!(runs(&site, 100, SHORT / 4, SHORT) >= 99);
        site.took_serially(40 * SHORT);
        runs(&site, 2 * RETRY as u32, SHORT / 4, SHORT);
        assert_eq!(runs(&site, 100, SHORT / 4, SHORT), 100);
    }

    #[test]
    fn a_graph_that_gains_stays_parallel() {
        let site = site();
        runs(&site, 10, 3 * SHORT, 2 * SHORT);
        assert!(runs(&site, 640, 3 * SHORT, 2 * SHORT) <= 20);
        let long = self::site();
        assert_eq!(runs(&long, 1000, 10 * DOUBTFUL, 6 * DOUBTFUL), 0);
    }

    #[test]
    fn a_graph_that_does_not_gain_becomes_serial() {
        let site = site();
        runs(&site, 200, 2 * SHORT, 3 * SHORT);
        assert!(runs(&site, 640, 2 * SHORT, 3 * SHORT) >= 620);
    }
}
