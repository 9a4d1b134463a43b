//! One worker's part of the cluster: what its threads share.

use crate::clock;
use crate::cluster::assigned::Assigned;
use crate::cluster::carry::Carry;
use crate::cluster::copies::Copies;
use crate::cluster::items::{Report, Tag};
use crate::cluster::outbox::Outbox;
use crate::cluster::peer::Peer;
use crate::cluster::rows::Gone;
use crate::cluster::seat::Seat;
use crate::cluster::start::Control;
use crate::cluster::store::{Here, Store, Wanted};
use crate::dynamic::Home;
use crate::dynamic::block::{Header, Reference};
use crate::dynamic::dependents::{Edge, Notify};
use crate::dynamic::state::Phase;
use crate::error::Error;
use crate::scope::Scope;
use crate::seam::{Candidate, Lesson, Placement, Transport};
use crate::slices::Runs;
use crate::sync::statics::{AtomicBool, AtomicU64, Ordering};
use crate::wire::{Encoder, Piece, Wire};
use std::fmt;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Messages leave at least so many ticks one after the other, unless somebody waits or there is nothing else to do: so items that are made quickly travel
/// together, and one that is made alone leaves at once.
const GATHER: u64 = clock::micros(20);

/// See the module's page. Never freed, like the home of its tasks: every block may point to it without counting.
pub(crate) struct Node {
    pub(super) transport: Arc<dyn Transport>,
    home: &'static Home,
    /// All workers, this one included, by rank.
    peers: OnceLock<Box<[Peer]>>,
    /// The same as a placement chooses from them.
    candidates: OnceLock<Box<[Candidate<'static>]>>,
    placement: Arc<dyn Placement>,
    store: Mutex<Store>,
    /// Graphs across workers.
    runs: Runs,
    copies: Mutex<Copies>,
    outboxes: Box<[Mutex<Outbox>]>,
    /// Whether something may be in an outbox.
    pub(super) dirty: AtomicBool,
    /// Whether the receiving thread will look at the outboxes before it sleeps for long.
    pub(super) awake: AtomicBool,
    /// When the outboxes were emptied last, in ticks.
    flushed: AtomicU64,
    pub(super) seat: Seat,
    /// Items of work sent and received, for finding out that all is quiet.
    pub(super) sent: AtomicU64,
    pub(super) received: AtomicU64,
    /// Tasks spawned here, running elsewhere, and tasks given to this worker, that have not ended.
    pub(super) outstanding: AtomicU64,
    /// What this worker knows of the run as a whole.
    pub(super) control: Arc<Control>,
    /// Why the cluster has broken down.
    trouble: OnceLock<Error>,
}

impl Node {
    pub(super) fn new(
        transport: Arc<dyn Transport>,
        home: &'static Home,
        placement: Arc<dyn Placement>,
    ) -> Self {
        let size = transport.size();
        Node {
            transport,
            home,
            peers: OnceLock::new(),
            candidates: OnceLock::new(),
            placement,
            store: Mutex::default(),
            runs: Runs::default(),
            copies: Mutex::default(),
            outboxes: (0..size).map(|_| Mutex::default()).collect(),
            dirty: AtomicBool::new(false),
            awake: AtomicBool::new(true),
            flushed: AtomicU64::new(0),
            seat: Seat::default(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            outstanding: AtomicU64::new(0),
            control: Arc::new(Control::new(size)),
            trouble: OnceLock::new(),
        }
    }

    /// This worker's number.
    pub(crate) fn rank(&self) -> usize {
        self.transport.rank()
    }

    /// How many workers there are.
    pub(crate) fn size(&self) -> usize {
        self.transport.size()
    }

    /// The runtime its tasks belong to.
    pub(crate) fn home(&self) -> &'static Home {
        self.home
    }

    /// All workers, by rank. Waits until they are known, which they are before the first task, but for tasks that overtake the news.
    pub(crate) fn peers(&self) -> &[Peer] {
        self.peers.wait()
    }

    /// All workers, by rank, for a placement.
    pub(super) fn candidates(&'static self) -> &'static [Candidate<'static>] {
        self.candidates.get_or_init(|| {
            let peers = self.peers().iter().enumerate();
            peers
                .map(|(index, peer)| Candidate::new(index, peer))
                .collect()
        })
    }

    /// Whether any worker is inside the scope of a task that is spawned here.
    pub(crate) fn satisfies(&self, scope: &Scope) -> bool {
        self.peers()
            .iter()
            .any(|peer| peer.satisfies(scope, self.rank()))
    }

    /// The error of a task that would have to run elsewhere, but cannot.
    #[cold]
    pub(crate) fn cannot_travel(&self, scope: &Scope) -> Error {
        Error::msg(format!(
            "it cannot leave worker {} for the scope `{scope}`: the type of an argument, of its result, or of something it captures is \
             not `Wire`; `#[task(anywhere)]` on the function makes the compiler say which",
            self.rank()
        ))
    }

    /// Says who there is; once.
    pub(super) fn introduce(&self, peers: Vec<Peer>) {
        let _ = self.peers.set(peers.into());
    }

    pub(crate) fn placement(&self) -> &dyn Placement {
        &*self.placement
    }

    /// The graphs across workers in which this one takes part.
    pub(crate) fn runs(&self) -> &Runs {
        &self.runs
    }

    /// A part of a graph begins here.
    pub(crate) fn begins(&self) {
        // relaxed: as for tasks; see `serve`.
        self.outstanding.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended, and what it sent is counted.
    pub(crate) fn ends(&self) {
        // Release pairs with the Acquire in `quiet`, as in `ended`.
        self.outstanding.fetch_sub(1, Ordering::Release);
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn copies(&self) -> MutexGuard<'_, Copies> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be sent any more, if so.
    pub(crate) fn trouble(&self) -> Option<&Error> {
        self.trouble.get()
    }

    /// Adds an item for a worker; it leaves soon. Where the cluster has broken down it goes nowhere.
    pub(crate) fn item(&self, to: u32, tag: Tag, head: &[u8], bulk: Vec<Piece>) {
        if self.trouble().is_some() {
            return;
        }
        let added = self.outbox(to as usize).add(tag, head, bulk);
        if let Err(error) = added {
            self.break_down(&error);
        }
        // SeqCst pairs with the load in `serve`: see below.
        self.dirty.store(true, Ordering::SeqCst);
        if self.has_gathered() || self.control.stopped() {
            self.flush();
            return;
        }
        // SeqCst pairs with the store in `serve`: either we see that it sleeps, or it sees that something is to be sent. Who
        // sees it first wakes it.
        if !self.awake.load(Ordering::SeqCst) && !self.awake.swap(true, Ordering::SeqCst) {
            self.transport.wake();
        }
    }

    /// Whether it is some time ago that a message left.
    pub(super) fn has_gathered(&self) -> bool {
        // relaxed: a hint.
        clock::ticks().wrapping_sub(self.flushed.load(Ordering::Relaxed)) > GATHER
    }

    /// Sends an item about the run at once, also where the cluster has broken down; whether it left.
    pub(super) fn control_item(&self, to: usize, tag: Tag, head: &[u8]) -> bool {
        self.flush();
        let mut outbox = Outbox::default();
        if outbox.add(tag, head, Vec::new()).is_err() {
            return false;
        }
        let parcel = outbox.take();
        parcel.is_none_or(|parcel| self.transport.send(to, parcel.head, parcel.bulk).is_ok())
    }

    /// Sends what has collected now, since somebody waits for what comes of it.
    pub(crate) fn hurry(&self) {
        // relaxed: who added something sees it.
        if self.dirty.load(Ordering::Relaxed) {
            self.flush();
        }
    }

    /// Sends what has collected. False if there was nothing.
    pub(super) fn flush(&self) -> bool {
        // SeqCst pairs with the store in `item`: what was added before is in an outbox.
        if !self.dirty.swap(false, Ordering::SeqCst) {
            return false;
        }
        // relaxed: a hint.
        self.flushed.store(clock::ticks(), Ordering::Relaxed);
        let mut any = false;
        for to in 0..self.size() {
            // Sent under the lock, so that parcels leave in the order in which they were packed.
            let mut outbox = self.outbox(to);
            if let Some(parcel) = outbox.take() {
                any = true;
                // relaxed: compared in rounds, see `serve`.
                self.sent.fetch_add(parcel.work, Ordering::Relaxed);
                if let Err(error) = self.transport.send(to, parcel.head, parcel.bulk) {
                    drop(outbox);
                    self.break_down(&error);
                }
            }
        }
        any
    }

    fn outbox(&self, to: usize) -> MutexGuard<'_, Outbox> {
        self.outboxes[to]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The cluster is no more: everything that waits for another worker fails with this error.
    pub(crate) fn break_down(&self, error: &Error) {
        if self.trouble.set(error.clone()).is_err() {
            return;
        }
        self.runs.lose(error);
        let away = self.store().all_away();
        for block in away {
            if let Some(away) = block.header().away() {
                away.failed(&block, error.clone().or_origin(block.header().origin()));
            }
        }
    }

    /// An away block is being disposed of.
    pub(super) fn forget(&self, id: u64, block: NonNull<Header>) {
        self.store().remove_away(id, block);
    }

    /// Gives up counts of a worker for our tasks.
    pub(super) fn released(&self, worker: u32, gone: &[Gone]) {
        let mut unheld = Vec::new();
        {
            let mut store = self.store();
            for gone in gone {
                let none_left = store
                    .here(gone.id)
                    .is_some_and(|here| here.count(worker, -gone.count));
                if none_left {
                    unheld.extend(store.remove_here(gone.id));
                }
            }
        }
        // Dropped without the lock: the value's drop glue may be anything.
        drop(unheld);
    }

    /// A worker gets the value of our task: now if it is there, else when it is.
    pub(super) fn wanted(&self, id: u64, wanted: Wanted) {
        let ready = {
            let mut store = self.store();
            let Some(here) = store.here(id) else {
                drop(store);
                let error = Error::msg("the value is not there any more");
                self.fail(id, wanted, &error);
                return;
            };
            here.note_sent(wanted.worker);
            // Told under the lock: either it has ended, or `known_ended` or `ended` comes later and finds the wish.
            let ended = here.reference.header().word.now().phase().ended();
            if !ended {
                here.wanted.push(wanted);
            }
            ended.then(|| (here.reference.clone(), here.carry))
        };
        if let Some((reference, carry)) = ready {
            self.send_outcome(&reference, carry, &[wanted]);
        }
    }

    /// Sends the value or the error of an ended task of ours.
    fn send_outcome(&self, task: &Reference, carry: &'static Carry, wanted: &[Wanted]) {
        let header = task.header();
        match header.word.now().phase() {
            Phase::Finished => {
                // SAFETY: ended well, and the store's and our reference keep anybody from taking the value.
                let (head, bulk) = unsafe { carry.encode(task) };
                let mut body = Vec::with_capacity(9 + head.len());
                body.extend_from_slice(&header.id.to_le_bytes());
                body.push(0);
                body.extend_from_slice(&head);
                for each in wanted {
                    body[8] = u8::from(each.pushed);
                    self.item(each.worker, Tag::Data, &body, bulk.clone());
                }
            }
            Phase::Failed | Phase::Cancelled => {
                // SAFETY: read with Acquire just now, and we have a reference.
                let error = unsafe { header.error() };
                for &each in wanted {
                    self.fail(header.id, each, error);
                }
            }
            _ => {
                let error = Error::msg(format!(
                    "the value of task `{}` has already been moved out",
                    header.name()
                ));
                for &each in wanted {
                    self.fail(header.id, each, &error);
                }
            }
        }
    }

    fn fail(&self, id: u64, wanted: Wanted, error: &Error) {
        let mut out = Encoder::new();
        out.raw(&id.to_le_bytes());
        out.raw(&[u8::from(wanted.pushed)]);
        let error = error.on_worker(self.rank());
        error.encode(&mut out);
        self.item(wanted.worker, Tag::Fail, out.finish().head(), Vec::new());
    }

    /// Which other workers have been sent the value of our task, or will be.
    pub(super) fn sent_to(&self, id: u64, workers: &mut Vec<usize>) {
        if let Some(here) = self.store().here(id) {
            workers.extend(here.sent().iter().map(|&worker| worker as usize));
        }
    }

    /// Our task, made known to other workers if it was not, with the store locked.
    pub(super) fn export<R>(
        &'static self,
        task: &Reference,
        carry: &'static Carry,
        f: impl FnOnce(&mut Here) -> R,
    ) -> R {
        let (result, new) = self.store().export(task, carry, f);
        // Who was given to this worker is looked up here when it ends anyway.
        let hears = task.header().assigned().is_some();
        if new && !hears && !task.header().word.now().phase().ended() {
            let edge = Box::new(Edge::new(Notify::Cluster(self, task.header().id)));
            let edge = NonNull::from(Box::leak(edge));
            // SAFETY: a leaked box stays until who tells it frees it.
            if !unsafe { task.header().tell_of_end(edge) } {
                // SAFETY: the list did not take it, so it is still ours.
                drop(unsafe { Box::from_raw(edge.as_ptr()) });
                self.known_ended(task.header().id);
            }
        }
        result
    }

    /// A task of ours that others know of has ended: who wanted the value gets it.
    pub(crate) fn known_ended(&self, id: u64) {
        let known = self.known(id);
        self.send_to_who_wanted(known);
    }

    /// A task of ours that others know of, and who wants its value.
    fn known(&self, id: u64) -> Option<Known> {
        let mut store = self.store();
        store.here(id).map(|here| {
            let wanted = std::mem::take(&mut here.wanted);
            (here.reference.clone(), here.carry, wanted)
        })
    }

    fn send_to_who_wanted(&self, known: Option<Known>) {
        if let Some((reference, carry, wanted)) = known
            && !wanted.is_empty()
        {
            self.send_outcome(&reference, carry, &wanted);
        }
    }

    /// A task that was given to this worker has ended.
    pub(super) fn ended(&self, task: &Assigned, error: Option<Error>) {
        let known = self.known(task.id);
        let bytes = known
            .as_ref()
            .and_then(|(reference, carry, _)| carry.size_of_value(reference));
        self.send_to_who_wanted(known);
        let report = Report {
            id: task.id,
            key: task.site.key,
            index: task.index,
            input_bytes: task.input_bytes,
            seconds: task.seconds(),
            outcome: match error {
                Some(error) => Err(error.on_worker(self.rank())),
                None => Ok(bytes.unwrap_or(0)),
            },
        };
        if task.spawner as usize == self.rank() {
            self.learn(std::iter::once((&report, task.site.name)));
        } else {
            self.report(task.spawner, &report);
        }
        // Release pairs with the Acquire in `quiet`: who sees that nothing is outstanding sees what was sent.
        self.outstanding.fetch_sub(1, Ordering::Release);
    }

    /// Tells a worker that a task it spawned has ended.
    pub(super) fn report(&self, spawner: u32, report: &Report) {
        let mut out = Encoder::new();
        report.encode(&mut out);
        self.item(spawner, Tag::Done, out.finish().head(), Vec::new());
    }

    /// The away block of a task, if anybody here refers to it.
    pub(super) fn away_block(&self, id: u64) -> Option<Reference> {
        let (block, _) = self.store().find(id)?;
        Some(block)
    }

    /// The placement hears of the ends of tasks that we had given to somebody, each with its name.
    pub(super) fn learn<'r>(&self, ended: impl Iterator<Item = (&'r Report, &'static str)>) {
        let mut lessons = ended.map(|(report, name)| Lesson::Ended {
            index: report.index as usize,
            key: report.key,
            name,
            input_bytes: report.input_bytes,
            count: 1,
            seconds: report.seconds,
            output_bytes: report.outcome.as_ref().ok().copied(),
        });
        self.placement.learn_all(&mut lessons);
    }
}

/// A task, what is known of its value, and who wants that.
type Known = (Reference, &'static Carry, Vec<Wanted>);

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (here, away) = self.store().counts();
        write!(
            f,
            "Node({} of {}, {here} values here, {away} elsewhere)",
            self.rank(),
            self.size()
        )
    }
}
