//! What is known of a task on another worker.

use crate::cluster::carry::Carry;
use crate::cluster::items::Tag;
use crate::cluster::node::Node;
use crate::dynamic::SpawnSite;
use crate::dynamic::block::{Extra, Header, New, Part, Reference};
use crate::dynamic::current;
use crate::dynamic::state::Phase;
use crate::dynamic::{complete, wait};
use crate::error::Result;
use crate::lowered::Failure;
use crate::pool::JobHead;
use crate::seam::Decision;
use crate::sync::statics::{AtomicBool, AtomicU64, Ordering};
use crate::wire::{Decoder, Wire};
use std::fmt;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The cluster's part of an away block.
pub(crate) struct Away {
    node: &'static Node,
    id: u64,
    owner: u32,
    carry: &'static Carry,
    /// How often it was mentioned to us: what is released in the end.
    mentions: AtomicU64,
    /// Whether the owner has been told to send the value.
    coming: AtomicBool,
    /// Whether the value or the error has come: only the first counts.
    settled: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whether it has ended well.
    done: bool,
    /// Whether it has ended badly, or its value could not be read.
    failed: bool,
    bytes: Option<u64>,
    /// When it is expected to end, on the placement's clock; 0 when it has, or nobody knows.
    ready: f64,
    /// Whom we have mentioned it to.
    told: Vec<u32>,
    /// A task without work that ends when this one is done; made when somebody waits.
    end: Option<Reference>,
}

/// The work of blocks that have none.
fn nothing<T>(_: ()) -> Result<T, Failure> {
    Err(Failure(None))
}

impl Away {
    /// A block for task `id` of worker `owner`, with one reference and one mention, in the store.
    pub(super) fn block<T: Wire + 'static>(
        node: &'static Node,
        id: u64,
        owner: u32,
        site: &'static SpawnSite,
        name: Option<&'static str>,
    ) -> Reference {
        let away = Away {
            node,
            id,
            owner,
            carry: Carry::of::<T>(),
            mentions: AtomicU64::new(1),
            coming: AtomicBool::new(false),
            settled: AtomicBool::new(false),
            state: Mutex::default(),
        };
        let extra = Extra {
            priority: site.priority,
            name,
            part: Part::Away(std::sync::Arc::new(away)),
            ..Extra::default()
        };
        let header = new_block(node, id, site, Some(Box::new(extra)))
            .build_away::<T>(JobHead::new(complete::run_job));
        // SAFETY: a new away block has one reference.
        unsafe { Reference::adopt(header) }
    }

    /// Which worker it is on.
    pub(crate) fn owner(&self) -> u32 {
        self.owner
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn carry(&self) -> &'static Carry {
        self.carry
    }

    /// Another mention has arrived.
    pub(super) fn mentioned(&self) {
        // relaxed: the store's lock orders mentions and the block's end.
        self.mentions.fetch_add(1, Ordering::Relaxed);
    }

    /// The owner has been told to send the value.
    pub(super) fn expect(&self) {
        // relaxed: a hint; without it the value is asked for.
        self.coming.store(true, Ordering::Relaxed);
    }

    /// Notes that we mention it to a worker; true the first time.
    pub(super) fn tell(&self, worker: u32) -> bool {
        let mut state = self.state();
        let new = !state.told.contains(&worker);
        if new {
            state.told.push(worker);
        }
        new
    }

    /// How large its value is, if that is known or expected, and when it is expected.
    pub(super) fn expectation(&self) -> (Option<u64>, f64) {
        let state = self.state();
        (state.bytes, state.ready)
    }

    /// What is expected of it: when it will end, and how large its value will be.
    pub(super) fn expected(&self, decision: &Decision) {
        let mut state = self.state();
        state.bytes = decision.output_bytes;
        state.ready = decision.ends;
    }

    /// Whether it has ended well.
    pub(crate) fn is_done(&self) -> bool {
        self.state().done
    }

    /// Waits until it has ended, without asking for the value.
    ///
    /// # Errors
    /// The error it ended with.
    pub(crate) fn wait(&self, task: &Reference) -> Result<()> {
        let end = {
            let mut state = self.state();
            if state.failed {
                // About to be put into the block, by who said so.
                Some(task.clone())
            } else if state.done {
                None
            } else {
                let site = task.header().site;
                let end = state.end.get_or_insert_with(|| {
                    let header = new_block(self.node, current::new_id(), site, None)
                        .build_away::<()>(JobHead::new(complete::run_job));
                    // SAFETY: a new away block has one reference.
                    let end = unsafe { Reference::adopt(header) };
                    let summoned = end.header().word.summon();
                    debug_assert!(summoned, "nobody else knows it");
                    end
                });
                Some(end.clone())
            }
        };
        if let Some(end) = end {
            self.node.hurry();
            wait::until_ended(&end)?;
        }
        let header = task.header();
        match header.word.now().phase() {
            // SAFETY: read with Acquire just now, and we have a reference.
            Phase::Failed | Phase::Cancelled => Err(unsafe { header.error() }.clone()),
            _ => Ok(()),
        }
    }

    /// Somebody needs the value here: the block is Running from now on.
    pub(crate) fn summoned(&self) {
        // relaxed: as in `expect`.
        if !self.coming.load(Ordering::Relaxed) && !self.has_settled() {
            self.node
                .item(self.owner, Tag::Want, &self.id.to_le_bytes(), Vec::new());
        }
        self.node.hurry();
    }

    fn has_settled(&self) -> bool {
        // Acquire pairs with the AcqRel in `settle`.
        self.settled.load(Ordering::Acquire)
    }

    /// Asks the owner to cancel it.
    pub(crate) fn cancel(&self) {
        self.node
            .item(self.owner, Tag::Cancel, &self.id.to_le_bytes(), Vec::new());
    }

    /// The task has ended well; its value has so many bytes.
    pub(super) fn done(&self, bytes: u64) {
        let end = {
            let mut state = self.state();
            state.done = true;
            state.bytes = Some(bytes);
            state.ready = 0.0;
            state.end.take()
        };
        tell_end(end);
    }

    /// The value has come.
    pub(super) fn arrived(&self, block: &Reference, input: &mut Decoder<'_>) {
        self.settle(block, |header| {
            // SAFETY: `settle` has claimed the block, whose stage holds nothing that had to be dropped.
            unsafe { self.carry.decode(header, input) }
        });
    }

    /// The task has failed.
    pub(super) fn failed(&self, block: &Reference, error: crate::Error) {
        self.settle(block, |_| Err(error));
    }

    /// Ends the block, once, with what `put` puts into its stage or returns.
    fn settle(&self, block: &Reference, put: impl FnOnce(NonNull<Header>) -> Result<()>) {
        // AcqRel pairs with itself: only the first goes on.
        if self.settled.swap(true, Ordering::AcqRel) {
            return;
        }
        // Summoned here or by somebody who needs it; either way it is Running, and ours to end, since nobody else settles.
        let _ = block.header().word.summon();
        let outcome = put(block.pointer());
        let end = {
            let mut state = self.state();
            state.done = outcome.is_ok();
            state.failed = !state.done;
            state.end.take()
        };
        // SAFETY: claimed above, with the value in the stage if the outcome is good and nothing in it otherwise; `block` is a reference.
        unsafe { complete::end_elsewhere(block.pointer(), outcome) };
        tell_end(end);
    }

    /// The block is being disposed of: nobody here refers to the task any more.
    pub(crate) fn forget(&self, block: NonNull<Header>) {
        self.node.forget(self.id, block);
        // relaxed: out of the store, nobody adds to it any more.
        let mentions = self.mentions.load(Ordering::Relaxed);
        let mut head = [0; 16];
        head[..8].copy_from_slice(&self.id.to_le_bytes());
        head[8..].copy_from_slice(&mentions.to_le_bytes());
        self.node.item(self.owner, Tag::Forget, &head, Vec::new());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the task that stands for the end of another.
fn tell_end(end: Option<Reference>) {
    if let Some(end) = end {
        // SAFETY: made Running when it was made, its value is `()`, and it was taken out of its place: so it is ended once.
        unsafe { complete::end_elsewhere(end.pointer(), Ok(())) };
    }
}

type Nothing<T> = New<(), fn(()) -> Result<T, Failure>>;

fn new_block<T>(
    node: &'static Node,
    id: u64,
    site: &'static SpawnSite,
    extra: Option<Box<Extra>>,
) -> Nothing<T> {
    New {
        site,
        home: node.home(),
        id,
        parent: 0,
        extra,
        arguments: (),
        run: nothing::<T>,
    }
}

impl fmt::Debug for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Away({:x} on worker {})", self.id, self.owner)
    }
}
