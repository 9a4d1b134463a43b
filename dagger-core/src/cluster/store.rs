//! The values that other workers know of, and the away blocks for theirs, by number.

use crate::cluster::carry::Carry;
use crate::cluster::ids::ById;
use crate::cluster::items::Tag;
use crate::dynamic::block::{Header, Reference};
use crate::wire::Buffer;
use std::collections::hash_map;
use std::ptr::NonNull;

/// See the module's page. Under one lock.
#[derive(Default)]
pub(super) struct Store {
    entries: ById<Entry>,
    pushes: ById<Pushes>,
}

/// Outcomes that owners push, and mentions that say so: each push has one such mention, and either may come first.
#[derive(Default)]
struct Pushes {
    /// Mentions whose push has not come.
    expected: u64,
    /// Pushes whose mention has not come.
    early: Vec<Early>,
}

/// An outcome that has come before anybody here knew of the task.
pub(super) struct Early {
    /// Data or Fail.
    pub(super) tag: Tag,
    pub(super) head: Vec<u8>,
    pub(super) bulk: Vec<Buffer>,
}

/// One task.
pub(super) enum Entry {
    /// Ours.
    Here(Here),
    /// Somebody else's; the block takes itself out before it goes.
    Away(AwayBlock),
}

/// A task of ours that other workers know of.
#[derive(Debug)]
pub(super) struct Here {
    /// Keeps the value.
    pub(super) reference: Reference,
    pub(super) carry: &'static Carry,
    holders: Holders,
    /// Who is to get the value when it is there.
    pub(super) wanted: Vec<Wanted>,
    /// Who has been sent the value, or will be.
    sent: Vec<u32>,
}

/// How often each worker was told of a task, less what it has released; none with zero. Mostly it is one worker.
#[derive(Debug, Default)]
struct Holders {
    one: Option<(u32, i64)>,
    others: Vec<(u32, i64)>,
}

impl Holders {
    /// Changes the count of a worker; true if it is zero now.
    fn count(&mut self, worker: u32, change: i64) -> bool {
        let mut known = self.one.iter_mut().chain(&mut self.others);
        if let Some((_, count)) = known.find(|(holder, _)| *holder == worker) {
            *count += change;
        } else if self.one.is_none() {
            self.one = Some((worker, change));
        } else {
            self.others.push((worker, change));
        }
        let zero = |&(holder, count): &(u32, i64)| holder == worker && count == 0;
        if self.one.as_ref().is_some_and(zero) {
            self.one = self.others.pop();
            return true;
        }
        let before = self.others.len();
        self.others.retain(|holder| !zero(holder));
        self.others.len() < before
    }

    fn is_empty(&self) -> bool {
        self.one.is_none()
    }
}

/// A worker that is to get an outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) worker: u32,
    /// Because a mention to it says so, not because it has asked.
    pub(super) pushed: bool,
}

/// The address of an away block that is in the store.
pub(super) struct AwayBlock(NonNull<Header>);

// SAFETY: only a referenced header is used, as through `Reference`.
unsafe impl Send for AwayBlock {}

impl AwayBlock {
    /// The block, if it is still referenced. The caller has the store's lock, and the block is in the store.
    fn reference(&self) -> Option<Reference> {
        // SAFETY: a block in the store is there: its disposal, which comes before its end, waits for the lock.
        let counted = unsafe { self.0.as_ref() }.word.reference_if_any();
        // SAFETY: counted just now.
        counted.then(|| unsafe { Reference::adopt(self.0) })
    }
}

impl Here {
    fn new(reference: Reference, carry: &'static Carry) -> Self {
        Here {
            reference,
            carry,
            holders: Holders::default(),
            wanted: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Changes the count of a worker; true if all are zero.
    pub(super) fn count(&mut self, worker: u32, change: i64) -> bool {
        if self.holders.count(worker, change) {
            self.sent.retain(|&other| other != worker);
        }
        self.holders.is_empty()
    }

    /// Notes that the value goes to a worker; false if it has been noted before.
    pub(super) fn note_sent(&mut self, worker: u32) -> bool {
        let new = !self.sent.contains(&worker);
        if new {
            self.sent.push(worker);
        }
        new
    }

    /// The workers that have been sent the value, or will be.
    pub(super) fn sent(&self) -> &[u32] {
        &self.sent
    }
}

impl Store {
    /// Our task `id`, if others know of it.
    pub(super) fn here(&mut self, id: u64) -> Option<&mut Here> {
        match self.entries.get_mut(&id) {
            Some(Entry::Here(here)) => Some(here),
            _ => None,
        }
    }

    /// Calls `f` with our task, made known to others if it was not: then the second answer is true.
    pub(super) fn export<R>(
        &mut self,
        task: &Reference,
        carry: &'static Carry,
        f: impl FnOnce(&mut Here) -> R,
    ) -> (R, bool) {
        let mut new = false;
        let entry = self.entries.entry(task.header().id).or_insert_with(|| {
            new = true;
            Entry::Here(Here::new(task.clone(), carry))
        });
        match entry {
            Entry::Here(here) => (f(here), new),
            Entry::Away(_) => unreachable!("a task is either here or away"),
        }
    }

    /// Any block for task `id`.
    pub(super) fn find(&self, id: u64) -> Option<(Reference, Option<&'static Carry>)> {
        match self.entries.get(&id)? {
            Entry::Here(here) => Some((here.reference.clone(), Some(here.carry))),
            Entry::Away(block) => Some((block.reference()?, None)),
        }
    }

    /// Our task leaves; the caller drops it after the lock.
    pub(super) fn remove_here(&mut self, id: u64) -> Option<Here> {
        match self.entries.remove(&id)? {
            Entry::Here(here) => Some(here),
            away @ Entry::Away(_) => {
                self.entries.insert(id, away);
                None
            }
        }
    }

    /// Adds an away block, in the place of one that is about to be disposed of, if any.
    pub(super) fn add_away(&mut self, id: u64, block: NonNull<Header>) {
        self.entries.insert(id, Entry::Away(AwayBlock(block)));
    }

    /// An away block leaves, unless another one has taken its place.
    pub(super) fn remove_away(&mut self, id: u64, block: NonNull<Header>) {
        if let hash_map::Entry::Occupied(entry) = self.entries.entry(id)
            && matches!(entry.get(), Entry::Away(there) if there.0 == block)
        {
            entry.remove();
        }
    }

    /// A mention says that the outcome is being pushed. Gives it if it is here.
    pub(super) fn expect(&mut self, id: u64) -> Option<Early> {
        let pushes = self.pushes.entry(id).or_default();
        let early = pushes.early.pop();
        if early.is_none() {
            pushes.expected += 1;
        } else if pushes.early.is_empty() {
            self.pushes.remove(&id);
        }
        early
    }

    /// An outcome that was pushed has come. It is kept if its mention has not; otherwise given back, for whoever needs it.
    pub(super) fn pushed(&mut self, id: u64, early: Early) -> Option<Early> {
        let pushes = self.pushes.entry(id).or_default();
        if pushes.expected == 0 {
            pushes.early.push(early);
            return None;
        }
        pushes.expected -= 1;
        if pushes.expected == 0 {
            self.pushes.remove(&id);
        }
        Some(early)
    }

    /// Our tasks that have not ended and whose values others want; some of them, if there are many.
    pub(super) fn awaited(&self) -> Vec<Reference> {
        let awaited = self.entries.values().filter_map(|entry| match entry {
            Entry::Here(here) if !here.wanted.is_empty() => Some(here.reference.clone()),
            _ => None,
        });
        awaited.take(16).collect()
    }

    /// All away blocks that are referenced.
    pub(super) fn all_away(&self) -> Vec<Reference> {
        let away = self.entries.values().filter_map(|entry| match entry {
            Entry::Away(block) => block.reference(),
            Entry::Here(_) => None,
        });
        away.collect()
    }

    /// How many tasks are known to others, and how many of others' are known here.
    pub(super) fn counts(&self) -> (usize, usize) {
        let here = self
            .entries
            .values()
            .filter(|entry| matches!(entry, Entry::Here(_)))
            .count();
        (here, self.entries.len() - here)
    }
}
