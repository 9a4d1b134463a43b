//! Spawning where there are several workers: which one gets the task, and how it gets there.

use crate::cluster::arrival;
use crate::cluster::assigned::Assigned;
use crate::cluster::away::Away;
use crate::cluster::carried::{Carried, Destination, Parcelled};
use crate::cluster::code;
use crate::cluster::items::{Order, Tag};
use crate::cluster::moving::{HandOn, hand_on};
use crate::cluster::node::Node;
use crate::cluster::peer::{Listed, Peer};
use crate::dynamic::block::{Extra, Header, New, Part};
use crate::dynamic::dependency::Arguments;
use crate::dynamic::{Chosen, SpawnSite, Task, begin, current};
use crate::error::{Error, Origin};
use crate::lowered::Failure;
use crate::options::Options;
use crate::scope::Scope;
use crate::seam::{Candidate, Decision, Input, TaskView};
use crate::sync::statics::Ordering;
use crate::wire::{Encoder, Piece, Wire};
use std::borrow::Cow;
use std::sync::Arc;

/// Spawns `run(arguments)` on the worker that the placement chooses.
pub(crate) fn spawn<A, F, T>(
    node: &'static Node,
    site: &'static SpawnSite,
    options: Option<Options>,
    arguments: A,
    run: F,
) -> Task<T>
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    let wish = Wish::new(site, options);
    let mut inputs = Inputs::default();
    let values = arguments.survey(&mut |handle| inputs.add(node, handle));
    match choose(node, site, &wish, &inputs, values as u64) {
        Err(error) => failed(node, site, wish, arguments, run, error),
        Ok((peer, _, input_bytes)) if peer.worker == node.rank() => {
            here(node, site, wish, arguments, run, (peer, input_bytes))
        }
        Ok((peer, decision, input_bytes)) => {
            let goal = (peer.worker as u32, input_bytes, Some(decision));
            send::<A, F, T>(node, site, wish, current::id(), arguments, goal)
        }
    }
}

/// Sends a task to another worker, with so many bytes of inputs and what is expected of it there.
pub(super) fn send<A, F, T>(
    node: &'static Node,
    site: &'static SpawnSite,
    wish: Wish,
    parent: u64,
    arguments: A,
    (to, input_bytes, decision): (u32, u64, Option<Decision>),
) -> Task<T>
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    let id = current::new_id();
    let order = Order {
        id,
        code: code::offset(arrival::enter::<A, F, T>),
        site: code::site_offset(site),
        parent,
        index: to,
        input_bytes,
        priority: wish.priority,
        name: wish.name.map(str::to_owned),
        stays: wish.scope.is_some(),
        // All threads of a worker are inside of what only names workers.
        scope: wish.scope.filter(|scope| !scope.is_of_workers()),
        inherited: wish.inherited.as_deref().cloned(),
    };
    let mut copied = Vec::new();
    arguments.survey(&mut |handle| {
        let header = handle.task.header();
        let owner = header
            .away()
            .map_or(node.rank() as u32, |away| away.owner());
        if owner != to {
            copied.push(header.id);
        }
    });
    if !copied.is_empty() {
        node.copies().ordered(id, to, copied);
    }
    let block = Away::block::<T>(node, id, to, site, wish.name);
    if let (Some(away), Some(decision)) = (block.header().away(), &decision) {
        away.expected(decision);
    }
    node.store().add_away(id, block.pointer());
    // relaxed: compared in rounds, and lowered by who receives the answer, which this causes.
    node.outstanding.fetch_add(1, Ordering::Relaxed);
    let arguments = Arc::new(Sealed(arguments));
    let (head, bulk) = parcel(&order, &arguments, &Destination { node, to });
    node.item(to, Tag::Run, &head, bulk);
    // Only now: handles that go with them are released after the order that mentions them, in the same direction.
    drop(arguments);
    if let Some(error) = node.trouble()
        && let Some(away) = block.header().away()
    {
        away.failed(&block, error.clone().or_origin(block.header().origin()));
    }
    // SAFETY: an away block for a `T`, and the reference is given up for the handle.
    unsafe { Task::from_reference(block) }
}

/// The order and the arguments in bytes.
fn parcel<A: Carried + Send + 'static>(
    order: &Order,
    arguments: &Arc<Sealed<A>>,
    to: &Destination,
) -> (Vec<u8>, Vec<Piece>) {
    let mut out = Encoder::new();
    order.encode(&mut out);
    arguments.0.encode(&mut out, to);
    let encoded = out.finish();
    if encoded.pieces() == 0 {
        return encoded.copied();
    }
    let owner: Arc<Sealed<A>> = Arc::clone(arguments);
    // SAFETY: what is behind an `Arc` stays where it is, and nobody changes or even sees it: it is sealed.
    unsafe { encoded.kept_by(owner) }
}

/// Arguments that are only kept until their bytes have left.
struct Sealed<A>(A);

// SAFETY: nobody looks at the arguments again, so that they are in several threads' hands means only that some thread drops them, which
// `Send` allows.
unsafe impl<A: Send> Sync for Sealed<A> {}

/// What the options around the call, on it and on the task make of it.
pub(super) struct Wish {
    scope: Option<Scope>,
    priority: i32,
    name: Option<&'static str>,
    inherited: Option<Arc<Options>>,
}

impl Wish {
    fn new(site: &SpawnSite, options: Option<Options>) -> Self {
        let inherited = current::inherited();
        let mut said = options.unwrap_or_default();
        if let Some(outer) = &inherited {
            said = said.or(outer);
        }
        Wish {
            scope: said.scope.or_else(|| site.scope.and_then(|scope| scope())),
            priority: said.priority.unwrap_or(site.priority),
            name: said.name,
            inherited,
        }
    }

    /// What is said about a task that is to run elsewhere in its place, on any thread.
    pub(super) fn of(task: &Header) -> Self {
        let extra = task.extra.as_ref();
        Wish {
            scope: None,
            priority: task.priority(),
            name: extra.and_then(|extra| extra.name),
            inherited: extra.and_then(|extra| extra.inherited.clone()),
        }
    }

    fn extra(self, pinned: Option<usize>, part: Part) -> Box<Extra> {
        Box::new(Extra {
            pinned,
            priority: self.priority,
            name: self.name,
            inherited: self.inherited,
            part,
        })
    }
}

/// The handles among the arguments, for the placement.
#[derive(Default)]
struct Inputs {
    workers: Vec<usize>,
    each: Vec<OneInput>,
}

struct OneInput {
    bytes: Option<u64>,
    ready: f64,
    /// Where its workers end in the list of all.
    end: usize,
}

impl Inputs {
    fn add(&mut self, node: &Node, handle: &Parcelled<'_>) {
        let header = handle.task.header();
        let (bytes, ready) = match header.away() {
            Some(away) => {
                self.workers.push(away.owner() as usize);
                node.copies().of(away.id(), &mut self.workers);
                away.expectation()
            }
            None => {
                self.workers.push(node.rank());
                node.sent_to(header.id, &mut self.workers);
                (handle.carry.size_of_value(handle.task), 0.0)
            }
        };
        let end = self.workers.len();
        self.each.push(OneInput { bytes, ready, end });
    }
}

/// The worker for a task, what is expected of it there, and how many bytes its inputs have.
fn choose(
    node: &'static Node,
    site: &SpawnSite,
    wish: &Wish,
    inputs: &Inputs,
    values: u64,
) -> Result<(Peer, Decision, u64), Error> {
    let here = node.rank();
    let peers = node.peers();
    // A task that spawns tasks mostly waits for them: they stay where it can run them itself, unless their data is elsewhere.
    let stays = current::id() != 0
        && wish.scope.is_none()
        && inputs.workers.iter().all(|&worker| worker == here);
    let everybody = node.candidates();
    let one = |worker: usize| everybody.get(worker..=worker).unwrap_or_default();
    let candidates: Cow<'_, [Candidate<'_>]> = match &wish.scope {
        None if stays => one(here).into(),
        None => everybody.into(),
        Some(scope) => match scope.one_worker() {
            Some(worker) => one(worker).into(),
            None => {
                let inside = peers.iter().zip(everybody);
                let inside = inside.filter(|(peer, _)| peer.satisfies(scope, here));
                inside.map(|(_, candidate)| *candidate).collect()
            }
        },
    };
    let name = wish.name.unwrap_or(site.name);
    if candidates.is_empty() {
        let scope = wish
            .scope
            .as_ref()
            .map_or_else(String::new, Scope::to_string);
        let origin = Origin::new(name, site.file, site.line);
        return Err(Error::unsatisfied(Some(origin), scope, Listed(peers)));
    }
    let mut begin = 0;
    let mut views: Vec<Input<'_>> = Vec::with_capacity(inputs.each.len() + 1);
    let mut input_bytes = values;
    for input in &inputs.each {
        let mut view = Input::new(input.bytes, &inputs.workers[begin..input.end]);
        view.ready = input.ready;
        views.push(view);
        input_bytes += input.bytes.unwrap_or(0);
        begin = input.end;
    }
    let at_home = [here];
    views.push(Input::new(Some(values), &at_home));
    let mut view = TaskView::new(name, wish.priority).with_inputs(&views);
    view.key = site.key;
    view.cost = site.cost;
    view.occupancy = site.occupancy;
    view.here = here;
    let decision = node.placement().decide(&view, &candidates);
    // A placement that answers nonsense must not lose the task.
    let candidate = candidates.get(decision.position).unwrap_or(&candidates[0]);
    Ok((peers[candidate.index], decision, input_bytes))
}

/// A task for this worker.
fn here<A, F, T>(
    node: &'static Node,
    site: &'static SpawnSite,
    wish: Wish,
    arguments: A,
    run: F,
    (peer, input_bytes): (Peer, u64),
) -> Task<T>
where
    A: Arguments + Carried + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    let rank = node.rank();
    let id = current::new_id();
    let hand_on = wish.scope.is_none().then_some(hand_on::<A, F, T> as HandOn);
    let view = TaskView::new(wish.name.unwrap_or(site.name), wish.priority);
    let origin = || Origin::new(view.name.to_owned(), site.file, site.line);
    let pinned = match &wish.scope {
        None => Ok(Chosen::Anywhere),
        Some(scope) => node.home().places().choose(scope, &view, origin),
    };
    let (pinned, trouble) = match pinned {
        Ok(Chosen::Anywhere) => (None, None),
        Ok(Chosen::Thread(thread)) => (Some(thread), None),
        Err(error) => (None, Some(error)),
    };
    // relaxed: this worker's own, lowered after the task has ended.
    node.outstanding.fetch_add(1, Ordering::Relaxed);
    let assigned = Assigned::new(node, id, rank as u32, site, peer.worker as u32, input_bytes)
        .movable(hand_on);
    let new = New {
        site,
        home: node.home(),
        id,
        parent: current::id(),
        extra: Some(wish.extra(pinned, Part::Assigned(Arc::new(assigned)))),
        arguments,
        run,
    };
    begin(new, |_: &Task<T>| {}, trouble)
}

/// A task that has failed before it went anywhere.
fn failed<A, F, T>(
    node: &'static Node,
    site: &'static SpawnSite,
    wish: Wish,
    arguments: A,
    run: F,
    error: Error,
) -> Task<T>
where
    A: Arguments + Send + 'static,
    F: FnOnce(A) -> Result<T, Failure> + Send + 'static,
    T: Wire + Send + 'static,
{
    let new = New {
        site,
        home: node.home(),
        id: current::new_id(),
        parent: current::id(),
        extra: Some(wish.extra(None, Part::Alone)),
        arguments,
        run,
    };
    begin(new, |_: &Task<T>| {}, Some(error))
}
