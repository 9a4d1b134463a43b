//! The executor of loop forms: loops run on the calling thread, the *driver*, and unfold into nodes.
//!
//! The driver begins by running the statements itself, in program order, which is always right, and looks at the clock
//! after 1, 2, 4, … of them. If they turn out long enough to be worth a second thread it begins to
//! *unfold*: each statement becomes a node, ordered after earlier nodes by the borrows it takes (`hazard`),
//! in a bounded window of nodes (`window`). If unfolded nodes turn out too short, it waits for them and goes back to running statements
//! itself. So a loop of tiny tasks costs a decrement a task, and a loop of long ones runs on all threads.
//!
//! `record` keeps the nodes instead, for graphs that are prepared once and run many times.

mod accesses;
mod announce;
mod arg;
mod body;
mod capture;
mod far;
mod free_list;
mod hazard;
mod pace;
mod particular;
mod record;
mod reference;
mod regions;
mod spare;
mod successors;
mod table;
mod var;
mod window;

pub use arg::{Arg, ArgMut};
pub use capture::{
    Bound, Capture, Captures, Carries, Lent, Own, Passage, Remains, bound, bound_here,
};
pub use hazard::Base;
pub use record::{Prepared, prepare};
pub use var::{Input, InputMut, Output, Taking, Var};

pub(crate) use capture::RoomOf;
pub(crate) use record::Bodies;

use crate::dynamic::current;
use crate::lowered::{At, Gate, Site, elsewhere, graph_ref, guarded, run_on};
use crate::observe::{self, GraphId};
use crate::pool::{self, Worker, lane};
use crate::slices;
use crate::{Error, Result, clock};
use accesses::Lone;
use far::Far;
use hazard::{Finder, Hazards};
use pace::{Pace, Step};
use particular::Wishes;
use record::Recording;
use reference::NodeRef;
use std::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use window::Window;

/// One unfolding of a loop form: what the driver's loops call.
pub struct Unfold<'u> {
    site: &'static Site,
    worker: Option<&'u Worker>,
    at: At<'static>,
    /// How many more statements the driver runs itself; 0 while it unfolds.
    inline_left: Cell<u32>,
    /// How many more statements are unfolded before the next look.
    unfold_left: Cell<u32>,
    pace: Pace,
    hazards: RefCell<Hazards>,
    /// What the node being put together must come after.
    after: RefCell<Vec<NodeRef>>,
    /// Where it must run, and how urgent it is.
    wishes: Cell<Option<Box<Wishes>>>,
    /// Whether each statement becomes a node, because some must run in particular places.
    always: Cell<bool>,
    /// Whether some nodes have priorities of their own.
    has_priorities: Cell<bool>,
    sink: Sink,
    /// Live loops that may use other workers are recorded after all, piece by piece.
    far: OnceCell<Box<Far>>,
    run: OnceCell<GraphId>,
}

/// Where nodes go.
enum Sink {
    Live(OnceCell<Box<Window>>),
    Kept(RefCell<Recording>),
}

impl std::fmt::Debug for Unfold<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unfold").finish_non_exhaustive()
    }
}

/// Decides whether a loop form runs in its serial form or unfolds. Unlike a static graph it can change its mind on the way,
/// so only one thread, or a site whose runs have been tiny, makes it serial.
#[inline]
pub fn enter_loop(site: &'static Site) -> Gate {
    if current::inherits() && slices::around() {
        return Gate::Parallel;
    }
    let gate = crate::lowered::enter(site);
    let serial = gate == Gate::Plain
        && lane::with(|lane| {
            lane.worker()
                .is_none_or(|worker| worker.shared().threads() == 1)
        });
    match gate {
        Gate::Plain if !serial => Gate::Parallel,
        gate => gate,
    }
}

/// Runs `driver`, whose loops make nodes, and waits until all nodes have ended.
///
/// # Errors
/// That of the first statement in program order that failed or panicked.
///
/// # Safety
/// What the nodes borrow outlives this call, or is declared in the driver before a [`guard`](Unfold::guard); every access
/// that a node makes was announced for it.
pub unsafe fn unfold<R>(
    site: &'static Site,
    driver: impl FnOnce(&Unfold<'_>) -> Result<R>,
) -> Result<R> {
    let far = slices::around();
    if far {
        // On whichever thread: where nodes run is decided for each.
    } else if let Some((shared, thread)) = elsewhere(|| site.origin(0))? {
        // SAFETY: as for `Carried` below.
        return match unsafe { run_on(&shared, thread, || drive(site, far, driver)) } {
            Ok(result) => result,
            Err(payload) => Err(site.panicked(0, payload)),
        };
    }
    if lane::with(|lane| lane.worker().is_some()) {
        return drive(site, far, driver);
    }
    struct Carried<T>(T);
    // SAFETY: the caller allows what the loops touch to be used on other threads (the expansion checks the
    // types), and this thread waits in `install` meanwhile.
    unsafe impl<T> Send for Carried<T> {}
    impl<T> Carried<T> {
        fn into_inner(self) -> T {
            self.0
        }
    }
    let carried = Carried(driver);
    pool::default_pool()?
        .install(move || Carried(drive(site, far, carried.into_inner())))
        .into_inner()
}

/// Drives the loops on this worker; `far` if the options around them want others too.
fn drive<R>(
    site: &'static Site,
    far: bool,
    driver: impl FnOnce(&Unfold<'_>) -> Result<R>,
) -> Result<R> {
    lane::with(|lane| {
        let worker = lane.worker().expect("`unfold` has moved to a worker");
        let outermost = !lane.inside.get();
        let start = clock::ticks();
        if outermost {
            lane.begin(crate::lowered::stack_depth());
        }
        let unfold = Unfold::new(
            site,
            Some(worker),
            start,
            Hazards::default(),
            Sink::Live(OnceCell::new()),
        );
        if far {
            unfold.goes_far();
        }
        unfold.begin();
        let result = stacker::maybe_grow(
            crate::lowered::RED_ZONE,
            crate::lowered::STACK_PIECE,
            || {
                guarded(site, |at| {
                    let result = driver(&unfold);
                    at.step(unfold.at.node());
                    result
                })
            },
        );
        let result = unfold.finish(result);
        if outermost {
            site.took_in_parallel(clock::ticks().wrapping_sub(start));
            lane.leave();
        }
        result
    })
}

impl<'u> Unfold<'u> {
    fn new(
        site: &'static Site,
        worker: Option<&'u Worker>,
        start: u64,
        hazards: Hazards,
        sink: Sink,
    ) -> Self {
        Unfold {
            site,
            worker,
            at: At::new(),
            inline_left: Cell::new(0),
            unfold_left: Cell::new(u32::MAX),
            pace: Pace::new(start),
            hazards: RefCell::new(hazards),
            after: RefCell::default(),
            wishes: Cell::default(),
            always: Cell::new(false),
            has_priorities: Cell::new(false),
            sink,
            far: OnceCell::new(),
            run: OnceCell::new(),
        }
    }

    fn begin(&self) {
        let observed = observe::enabled();
        if observed {
            let _ = self
                .run
                .set(observe::graph_begin(graph_ref(self.site.graph(), None)));
        }
        if !observed && self.far().is_none() && !crate::lowered::forced() && !self.always.get() {
            // One before the first look.
            self.inline_left.set(2);
        }
    }

    fn finish<R>(&self, result: Result<R>) -> Result<R> {
        self.wait();
        if let Some(run) = self.run.get() {
            observe::graph_end(*run);
        }
        self.window().map_or(Ok(()), Window::outcome)?;
        self.far().map_or(Ok(()), Far::outcome)?;
        result
    }

    /// Whether the driver shall run the next statement itself, here and now.
    #[inline(always)]
    pub fn inline(&self) -> bool {
        let left = self.inline_left.get();
        if left > 1 {
            self.inline_left.set(left - 1);
            return true;
        }
        self.turn(left == 1)
    }

    /// Which statement runs: the driver's own position.
    #[inline(always)]
    pub fn at(&self) -> &At<'static> {
        &self.at
    }

    /// Makes a node of statement `statement`, with the accesses noted since the last one.
    ///
    /// # Errors
    /// When an earlier node has failed: the driver is to return it, and the error of the whole is that node's.
    ///
    /// # Safety
    /// As for [`unfold`]: the accesses of `body` have been noted, and what it borrows lives long enough.
    pub unsafe fn node<C, F, G>(&self, statement: u32, body: Bound<C, F, G>) -> Result<()>
    where
        C: Captures,
        F: Fn(&At<'_>, &C) -> Result<()>,
        G: Fn(&C, &mut Vec<Passage>),
    {
        let mut after = self.after.borrow_mut();
        let wishes = self.wishes.take();
        let made = match (&self.sink, self.far()) {
            // SAFETY: the caller's promise.
            (_, Some(far)) => unsafe { far.node(statement, wishes, &after, body) },
            (Sink::Live(_), None) => {
                let (worker, window) = self.live();
                let Bound { captures, run, .. } = body;
                let body = move |at: &At<'_>| run(at, &captures);
                // SAFETY: the caller's promise.
                unsafe { window.node(worker, statement, wishes, &after, body) }
            }
            (Sink::Kept(recording), None) => {
                let Bound { captures, run, .. } = body;
                let body = move |at: &At<'_>| run(at, &captures);
                // SAFETY: the caller's promise.
                unsafe { recording.borrow_mut().node(statement, wishes, &after, body) };
                Ok(())
            }
        };
        after.clear();
        made.map_err(|window::Stopped| stopped())
    }

    /// Waits until all nodes so far have ended: before the driver uses what they make, and at the end.
    ///
    /// # Errors
    /// When one has failed: the driver is to return it.
    pub fn drain(&self) -> Result<()> {
        self.wait();
        if self.has_failed() {
            return Err(stopped());
        }
        Ok(())
    }

    /// Waits for all nodes when it is dropped: declared behind a local of the driver that nodes borrow.
    pub fn guard(&self) -> Guard<'_, 'u> {
        Guard { unfold: self }
    }

    /// Looks up what the node being put together must come after because of one more access.
    #[inline]
    fn find(&self, access: impl FnOnce(&mut Hazards, &mut Finder<'_>)) {
        let mut after = self.after.borrow_mut();
        let (node, is_out): (NodeRef, &dyn Fn(NodeRef) -> bool) = match &self.sink {
            Sink::Live(_) if self.far().is_some() => {
                let next = self.far().map(|far| far.recording.borrow().next());
                (next.unwrap_or(NodeRef::NONE), &|_| true)
            }
            Sink::Live(_) => {
                let (worker, window) = self.live();
                let node = window.reserve(worker);
                match self.run.get() {
                    None => (node, &|node| window.is_out(node)),
                    // Observers are told of edges from nodes that have ended, too.
                    Some(_) => (node, &|_| true),
                }
            }
            Sink::Kept(recording) => (recording.borrow().next(), &|_| true),
        };
        let mut finder = Finder {
            node,
            after: &mut after,
            is_out,
        };
        access(&mut self.hazards.borrow_mut(), &mut finder);
    }

    /// The same for an access of a variable.
    fn find_var(&self, record: &UnsafeCell<Lone>, write: bool) {
        self.find(|_, finder| {
            // SAFETY: the driver is one thread, and the reference ends with the call.
            unsafe { &mut *record.get() }.access(write, finder);
        });
    }

    #[inline]
    fn far(&self) -> Option<&Far> {
        self.far.get().map(|far| &**far)
    }

    /// Nodes may run on other workers, if there are any.
    fn goes_far(&self) {
        if let (Sink::Live(_), Some(node)) = (&self.sink, slices::cluster()) {
            self.always.set(true);
            let _ = self.far.set(Box::new(Far::new(self.site, node)));
        }
    }

    fn window(&self) -> Option<&Window> {
        match &self.sink {
            Sink::Live(window) => window.get().map(|window| &**window),
            Sink::Kept(_) => None,
        }
    }

    /// The driving worker and the window, opened when first needed.
    fn live(&self) -> (&'u Worker, &Window) {
        match (&self.sink, self.worker) {
            (Sink::Live(window), Some(worker)) => (
                worker,
                window.get_or_init(|| {
                    let run = self.run.get().copied();
                    Window::new(self.site, worker, run, self.has_priorities.get())
                }),
            ),
            _ => unreachable!("live nodes are driven by a worker"),
        }
    }

    /// Whether some node has failed; to be called after waiting.
    fn has_failed(&self) -> bool {
        self.window().is_some_and(Window::has_failed) || self.far().is_some_and(Far::has_failed)
    }

    fn wait(&self) {
        if let Some(far) = self.far() {
            far.run();
        }
        if let (Some(window), Some(worker)) = (self.window(), self.worker) {
            window.drain(worker);
        }
    }

    /// A look at the clock: to go on as before, or to change between running statements and unfolding them.
    #[cold]
    fn turn(&self, inline: bool) -> bool {
        if self.always.get()
            || matches!(self.sink, Sink::Kept(_))
            || self.run.get().is_some()
            || crate::lowered::forced()
        {
            return false;
        }
        let step = if inline {
            self.pace.ran(clock::ticks())
        } else {
            let left = self.unfold_left.get() - 1;
            self.unfold_left.set(left);
            if left > 0 {
                return false;
            }
            let ended = self.window().map_or_else(Default::default, Window::ended);
            self.pace.unfolded(clock::ticks(), ended)
        };
        match step {
            Step::Unfold(count) => {
                self.inline_left.set(0);
                self.unfold_left.set(count);
                false
            }
            Step::Run(count) => {
                if !inline {
                    self.wait();
                    if self.has_failed() {
                        // The driver must not use what a failed node should have made: `node` will stop it.
                        self.unfold_left.set(1);
                        return false;
                    }
                    self.pace.resumes(clock::ticks());
                }
                self.inline_left.set(count);
                true
            }
        }
    }
}

/// What the driver returns when it stops early; the error of the graph is that of the node that failed.
#[cold]
fn stopped() -> Error {
    Error::msg("an earlier task of the graph failed")
}

/// See [`Unfold::guard`].
#[derive(Debug)]
#[must_use]
pub struct Guard<'a, 'u> {
    unfold: &'a Unfold<'u>,
}

impl Drop for Guard<'_, '_> {
    fn drop(&mut self) {
        self.unfold.wait();
    }
}
