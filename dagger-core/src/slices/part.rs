//! One worker's part in a run: entering the graph over its values, at home or where its slice has come.

use super::choose::{self, Answer, Question};
use super::field::{Field, Outers, Places};
use super::inbox::{Inbox, RunId};
use super::message::{self, Ended};
use super::order::Order;
use super::run::{self, Setting};
use super::slice::Slice;
use super::table::Slices;
use crate::cluster::Node;
use crate::dynamic::current;
use crate::error::{Error, Result, panic_text};
use crate::frame::{Erased, Frame, Plan};
use crate::lowered::{Gate, Site, offer, stack_depth};
use crate::options::Options;
use crate::pool::lane;
use crate::scope::Scope;
use crate::wire::{Buffer, Decoder, Piece};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Enters a graph in a process to which its slice has come.
pub(super) type Enter = fn(&Part<'_>) -> Result<()>;

/// What the expansion's graph is given: it makes its nodes, and hands them over by [`run`](Part::run).
pub struct Part<'p> {
    kind: Kind<'p>,
}

enum Kind<'p> {
    /// On the threads of this worker, with what statements say.
    Here(&'p [(u32, Scope)]),
    /// Across workers, where the caller is.
    Home(Home<'p>),
    Elsewhere(Box<Elsewhere>),
}

struct Home<'p> {
    site: &'static Site,
    slices: &'static Slices,
    scopes: &'p [(u32, Scope)],
    /// `None` if the graph captures something, so that no other process can enter it.
    enter: Option<Enter>,
}

/// The caller's values in bytes.
type Given = BTreeMap<u32, (Vec<u8>, Vec<Piece>)>;

struct Elsewhere {
    arrival: RefCell<Option<Arrival>>,
    /// What is to be told at the end.
    ended: Cell<Option<Ended>>,
}

/// A slice that has come.
pub(super) struct Arrival {
    pub(super) node: &'static Node,
    pub(super) run: RunId,
    pub(super) slice: Slice,
    pub(super) inbox: Arc<Inbox>,
    pub(super) inherited: Option<Arc<Options>>,
    /// The values that it is given, in bytes.
    pub(super) given: (Vec<u8>, Vec<Buffer>),
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").finish_non_exhaustive()
    }
}

impl Gate {
    /// Runs a graph: on the threads of this worker, or on the workers that its nodes are for. `graph` makes the nodes over the places and the
    /// pointers that it is given, and hands them to the part; `scopes` is what statements say.
    ///
    /// # Errors
    /// That of the first node in program order that failed or panicked; before any has run, that of a node that has no worker.
    #[inline]
    pub fn carry_out<O, P, G>(
        self,
        site: &'static Site,
        scopes: &[(u32, Scope)],
        outers: &O,
        places: &P,
        graph: G,
    ) -> Result<()>
    where
        O: Outers,
        P: Places,
        G: FnOnce(&O, &P, &Part<'_>) -> Result<()>,
    {
        // Of a closure that captures nothing, there is one wherever its type is.
        let travels = size_of::<G>() == 0 && !std::mem::needs_drop::<G>();
        let enter = travels.then_some(enter::<O, P, G> as Enter);
        graph(outers, places, &Part::of(self, site, scopes, enter))
    }
}

impl<'p> Part<'p> {
    fn of(
        gate: Gate,
        site: &'static Site,
        scopes: &'p [(u32, Scope)],
        enter: Option<Enter>,
    ) -> Self {
        let kind = match site.slices() {
            Some(slices) if gate == Gate::Far => Kind::Home(Home {
                site,
                slices,
                scopes,
                enter,
            }),
            _ => Kind::Here(scopes),
        };
        Part { kind }
    }
}

fn enter<O, P, G>(part: &Part<'_>) -> Result<()>
where
    O: Outers,
    P: Places,
    G: FnOnce(&O, &P, &Part<'_>) -> Result<()>,
{
    assert!(size_of::<G>() == 0, "only such graphs are sent");
    // SAFETY: the closure has no bytes and nothing to drop, and captures nothing: `travel` has looked, in the process that holds the original.
    let graph = unsafe { std::ptr::NonNull::<G>::dangling().read() };
    let (room, places) = (O::room(), P::empty());
    let outers = O::into_room(&room);
    let result = catch_unwind(AssertUnwindSafe(|| graph(&outers, &places, part)));
    let cleared = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the graph has ended, and nobody looks at the room again.
        unsafe { outers.clear() };
        drop(places);
    }));
    match result.and_then(|result| cleared.map(|()| result)) {
        Ok(result) => result,
        Err(payload) => Err(Error::msg(panic_text(&*payload))),
    }
}

impl Part<'_> {
    /// Runs this worker's nodes, and returns when they, and at home all, have ended. The expansion gives all nodes and all values in the order of the
    /// tables.
    ///
    /// # Errors
    /// As [`carry_out`](Gate::carry_out)'s.
    ///
    /// # Safety
    /// The tables say of each node what it does with each value; the captures of the nodes may be used on any thread.
    pub unsafe fn run<const N: usize, const V: usize>(
        &self,
        nodes: [Erased<'_>; N],
        fields: [Field; V],
        site: &'static Site,
        plan: &'static Plan,
    ) -> Result<()> {
        match &self.kind {
            // SAFETY: the caller's promise.
            Kind::Here(scopes) => unsafe { Frame::new(site, plan, nodes, scopes).run() },
            // SAFETY: as above.
            Kind::Home(home) => unsafe { home.run(plan, &nodes, &fields) },
            Kind::Elsewhere(part) => {
                let Some(arrival) = part.arrival.take() else {
                    return Ok(());
                };
                // SAFETY: the caller's promise.
                let ended = unsafe { arrival.run(&nodes, &fields, site, Order::Plan(plan)) };
                part.ended.set(Some(ended));
                Ok(())
            }
        }
    }
}

impl Part<'_> {
    /// Performs a slice of loops that has come.
    ///
    /// # Errors
    /// Those of `perform`, when it could not begin.
    pub(super) fn arrived(&self, perform: impl FnOnce(Arrival) -> Result<Ended>) -> Result<()> {
        if let Kind::Elsewhere(part) = &self.kind
            && let Some(arrival) = part.arrival.take()
        {
            part.ended.set(Some(perform(arrival)?));
        }
        Ok(())
    }
}

impl Home<'_> {
    /// # Safety
    /// As for [`Part::run`].
    unsafe fn run(
        &self,
        plan: &'static Plan,
        nodes: &[Erased<'_>],
        fields: &[Field],
    ) -> Result<()> {
        let Some(node) = lane::with(|lane| lane.home()?.node()) else {
            return Err(Error::msg("there are no workers any more"));
        };
        if let Some(error) = node.trouble() {
            return Err(error.clone().or_origin(self.site.origin(0)));
        }
        let answer = choose::choose(&Question {
            node,
            site: self.site,
            plan,
            slices: self.slices,
            scopes: self.scopes,
            fields,
            travels: self.enter.is_some(),
        })?;
        let job = Job {
            node,
            site: self.site,
            order: Order::Plan(plan),
            slices: &answer.slices,
            nodes,
            fields,
        };
        let given = match job.given() {
            Ok(given) => given,
            Err(error) => {
                answer.forget(node);
                return Err(error);
            }
        };
        let outermost = lane::with(|lane| !lane.inside.replace(true));
        if outermost {
            lane::with(|lane| lane.begin(stack_depth()));
        }
        let begin = offer();
        // SAFETY: the caller's promise.
        let ended = unsafe { self.perform(&job, &answer, &given) };
        if outermost {
            self.site.took_in_parallel(begin.elapsed());
            lane::with(lane::Lane::leave);
        }
        run::outcome(ended)
    }

    /// # Safety
    /// As for [`Part::run`].
    unsafe fn perform(&self, job: &Job<'_>, answer: &Answer, given: &Given) -> Ended {
        let node = job.node;
        let inherited = current::inherited();
        let mut send = |run, worker: u32, slice: &Slice| {
            let Some(enter) = self.enter else {
                return;
            };
            let given = slice.given.iter().map(|value| given[value].clone());
            let inherited = inherited.as_deref();
            message::send_slice(node, worker, run, enter, inherited, slice, given.collect());
        };
        // SAFETY: the caller's promise.
        let ended = unsafe { job.perform(&mut send) };
        let mut seconds = vec![None; answer.nodes()];
        for ran in &ended.ran {
            if let Some(place) = seconds.get_mut(ran.node as usize) {
                *place = Some(ran.seconds);
            }
        }
        for (number, seconds) in seconds.into_iter().enumerate() {
            answer.learn(node, number as u32, seconds);
        }
        ended
    }
}

/// A graph that has been cut, at home.
pub(super) struct Job<'j> {
    pub(super) node: &'static Node,
    pub(super) site: &'static Site,
    pub(super) order: Order<'j>,
    /// By worker.
    pub(super) slices: &'j [Option<Slice>],
    pub(super) nodes: &'j [Erased<'j>],
    pub(super) fields: &'j [Field],
}

impl Job<'_> {
    /// Has all workers perform their slices, each sent by `send`, and returns when they have: the earliest failure, and how long nodes ran.
    ///
    /// # Safety
    /// The slices order every two nodes whose accesses conflict; the captures of the nodes may be used on any thread.
    pub(super) unsafe fn perform(&self, send: &mut dyn FnMut(RunId, u32, &Slice)) -> Ended {
        let node = self.node;
        let home = node.rank();
        let others: Vec<u32> = (0..self.slices.len())
            .filter(|&worker| worker != home && self.slices[worker].is_some())
            .map(|worker| worker as u32)
            .collect();
        let run = node.runs().new_run(home as u32);
        let (task, inbox) = lane::with(|lane| {
            let worker = lane.worker();
            let pool = worker.map(|worker| Arc::clone(worker.shared()));
            let pool = pool.or_else(|| node.home().upgraded());
            (
                lane.task.get(),
                pool.map(|pool| Inbox::home(pool, worker, others.clone())),
            )
        });
        let Some(inbox) = inbox else {
            return Ended {
                failure: Some((0, Error::msg("the runtime has ended"))),
                ran: Vec::new(),
            };
        };
        node.begins();
        node.runs().open(run, &inbox);
        for &worker in &others {
            let slice = self.slices[worker as usize].as_ref();
            send(run, worker, slice.expect("it takes part"));
        }
        node.hurry();
        if let Some(error) = node.trouble() {
            // It may have broken down before the run was known.
            inbox.lose(error);
        }
        let nothing = Slice::new(Vec::new(), &[], Vec::new());
        let setting = Setting {
            node,
            run,
            site: self.site,
            order: self.order,
            slice: self.slices[home].as_ref().unwrap_or(&nothing),
            nodes: self.nodes,
            fields: self.fields,
            inbox: &inbox,
            inherited: current::inherited(),
            others: &others,
            awaited: others.len() as u32,
        };
        // SAFETY: the caller's promise, and the cut keeps the order of what conflicts.
        let (mut ended, elsewhere) = unsafe { run::perform(setting, task, None) };
        node.runs().close(run);
        let elsewhere = elsewhere.into_iter().flat_map(|ended| ended.ran);
        ended.ran.extend(elsewhere);
        node.ends();
        ended
    }

    /// The values that go with slices, in bytes.
    ///
    /// # Errors
    /// When one is not there, or cannot be written.
    pub(super) fn given(&self) -> Result<Given> {
        let mut given = Given::new();
        for (worker, slice) in self.slices.iter().enumerate() {
            let Some(slice) = slice.as_ref().filter(|_| worker != self.node.rank()) else {
                continue;
            };
            for &value in &slice.given {
                if given.contains_key(&value) {
                    continue;
                }
                let field = &self.fields[value as usize];
                // SAFETY: no node runs yet, so that nobody changes the values.
                let encoded = catch_unwind(AssertUnwindSafe(|| unsafe { field.encode() }));
                let why = match encoded {
                    Ok(Some(encoded)) => {
                        given.insert(value, encoded);
                        continue;
                    }
                    Ok(None) => "it is not there".to_owned(),
                    Err(payload) => panic_text(&*payload),
                };
                let error = Error::msg(format!(
                    "a `{}` could not be sent to worker {worker}: {why}",
                    field.type_name()
                ));
                return Err(error.or_origin(self.site.origin(0)));
            }
        }
        Ok(given)
    }
}

impl Arrival {
    /// Enters the graph, and tells home when all here is over and dropped.
    pub(super) fn perform(self, enter: Enter) {
        let (node, run, inbox) = (self.node, self.run, Arc::clone(&self.inbox));
        let part = Part {
            kind: Kind::Elsewhere(Box::new(Elsewhere {
                arrival: RefCell::new(Some(self)),
                ended: Cell::new(None),
            })),
        };
        let result = catch_unwind(AssertUnwindSafe(|| enter(&part)));
        let Kind::Elsewhere(part) = part.kind else {
            return;
        };
        match part.ended.take() {
            Some(ended) => message::send_over(node, run, &ended),
            // Others wait for what it would have sent.
            None => node.break_down(&Error::msg(format!(
                "worker {} could not begin its slice of a graph: {}",
                node.rank(),
                match result {
                    Ok(Ok(())) => "it has no nodes".to_owned(),
                    Ok(Err(error)) => error.to_string(),
                    Err(payload) => panic_text(&*payload),
                }
            ))),
        }
        drop(inbox);
        node.runs().close(run);
        node.ends();
    }

    /// # Safety
    /// As for [`Part::run`].
    unsafe fn run(
        mut self,
        nodes: &[Erased<'_>],
        fields: &[Field],
        site: &'static Site,
        order: Order<'_>,
    ) -> Ended {
        let (head, bulk) = std::mem::take(&mut self.given);
        let mut input = Decoder::new(&head, bulk);
        let broken = self.read(&mut input, fields).err();
        // SAFETY: the caller's promise.
        unsafe { self.run_read(nodes, fields, site, order, broken) }
    }

    /// Reads the values that it is given.
    ///
    /// # Errors
    /// When the bytes are none.
    pub(super) fn read(&self, input: &mut Decoder<'_>, fields: &[Field]) -> Result<()> {
        for &value in &self.slice.given {
            let Some(field) = fields.get(value as usize) else {
                return Err(Error::msg("there is no such value"));
            };
            // SAFETY: no node runs yet.
            let decoded = catch_unwind(AssertUnwindSafe(|| unsafe { field.decode(input) }));
            let error = match decoded {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(payload) => panic_text(&*payload),
            };
            return Err(Error::msg(format!(
                "a `{}` from worker {} could not be read: {error}",
                field.type_name(),
                self.run.home
            )));
        }
        Ok(())
    }

    /// Performs the slice, whose values have been read; no node runs if that went wrong.
    ///
    /// # Safety
    /// As for [`Part::run`].
    pub(super) unsafe fn run_read(
        &self,
        nodes: &[Erased<'_>],
        fields: &[Field],
        site: &'static Site,
        order: Order<'_>,
        broken: Option<Error>,
    ) -> Ended {
        let home = [self.run.home];
        let setting = Setting {
            node: self.node,
            run: self.run,
            site,
            order,
            slice: &self.slice,
            nodes,
            fields,
            inbox: &self.inbox,
            inherited: self.inherited.clone(),
            others: &home,
            awaited: 0,
        };
        // SAFETY: the caller's promise, and the cut keeps the order of what conflicts.
        let (ended, _) = unsafe { run::perform(setting, 0, broken) };
        ended
    }
}
