//! The waits of this process that have lasted.

use crate::clock;
use crate::dynamic::Home;
use crate::dynamic::block::{Header, Reference};
use crate::dynamic::current;
use crate::dynamic::state::Phase;
use crate::pool::lane;
use crate::standstill;
use std::cell::{Cell, OnceCell};
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many tasks of a chain are named.
const CHAIN: usize = 6;
/// How many waits are described.
const MOST: usize = 24;
/// A waiting worker does not read the clock at its first looks.
const SHORT: u32 = 2;
/// Between two looks at the clock of the system: so many ticks.
const BETWEEN: u64 = clock::micros(100);

/// Tells waits apart.
pub(crate) type Key = u64;

/// A wait, as the watch sees it.
#[derive(Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) key: Key,
    /// The runtime of the task that is waited for.
    pub(crate) home: &'static Home,
}

/// A wait in the list. The pointers are valid while it is there: the awaited task is referenced by who waits, the other one runs below on its stack.
struct Entry {
    wait: Wait,
    place: String,
    inside: *const Header,
    awaited: *const Header,
}

// SAFETY: the pointers are only followed with the list's lock, before which the entry cannot leave; headers are shared between threads anyway.
unsafe impl Send for Entry {}

#[derive(Default)]
struct List {
    entries: Vec<Entry>,
    next: Key,
}

static LIST: Mutex<List> = Mutex::new(List {
    entries: Vec::new(),
    next: 0,
});

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All waits that have lasted.
pub(crate) fn all() -> Vec<Wait> {
    list().entries.iter().map(|entry| entry.wait).collect()
}

/// What the waits for tasks of some runtimes wait for, a line each.
pub(crate) fn describe(of: impl Fn(&Home) -> bool) -> Vec<String> {
    let list = list();
    let ours = || list.entries.iter().filter(|entry| of(entry.wait.home));
    let mut lines: Vec<String> = ours().take(MOST).map(Entry::describe).collect();
    let more = ours().count() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

impl Entry {
    fn describe(&self) -> String {
        let mut line = format!("{}, ", self.place);
        // SAFETY: as said at the fields.
        if let Some(inside) = unsafe { self.inside.as_ref() } {
            let _ = write!(line, "in {}, ", named(inside));
        }
        // SAFETY: as said at the fields.
        let _ = write!(line, "waits for {}", chain(unsafe { &*self.awaited }));
        line
    }
}

fn named(task: &Header) -> String {
    let site = task.site;
    format!("`{}` ({}:{})", task.name(), site.file, site.line)
}

/// A task and what it waits for, down to where it ends.
pub(crate) fn chain(task: &Header) -> String {
    let mut text = named(task);
    let mut below: Option<Reference> = None;
    for _ in 0..CHAIN {
        let task = below.as_ref().map_or(task, Reference::header);
        if let Some(away) = task.away() {
            let _ = write!(text, ", which is worker {}'s", away.owner());
            return text;
        }
        let is = match task.word.now().phase() {
            Phase::Waiting => {
                let Some(next) = task.unfinished() else {
                    text.push_str(", which waits to be the only user of an argument");
                    return text;
                };
                // What an argument from another worker is called is not known here: it goes by the name of who wants it.
                if let Some(away) = next.header().away()
                    && std::ptr::eq(next.header().site, task.site)
                {
                    let _ = write!(
                        text,
                        ", which waits for an argument, which is worker {}'s",
                        away.owner()
                    );
                    return text;
                }
                let _ = write!(text, ", which waits for {}", named(next.header()));
                below = Some(next);
                continue;
            }
            Phase::Ready => "is queued",
            Phase::Running => "has begun",
            Phase::Away => "is elsewhere",
            Phase::Finished | Phase::Failed | Phase::Cancelled | Phase::Taken => "has ended",
        };
        let _ = write!(text, ", which {is}");
        return text;
    }
    text.push_str(", and so on");
    text
}

/// A wait from its beginning: adds itself to the list when it has lasted, and takes itself out when dropped.
pub(crate) struct Watched<'a> {
    task: &'a Header,
    begun: OnceCell<Instant>,
    looks: Cell<u32>,
    /// When a glance was a look last, in ticks.
    looked: Cell<u64>,
    key: Cell<Option<Key>>,
}

impl<'a> Watched<'a> {
    /// A wait for a task, by this thread, that begins now.
    pub(crate) fn new(task: &'a Header) -> Self {
        Watched {
            task,
            begun: OnceCell::new(),
            looks: Cell::new(0),
            looked: Cell::new(0),
            key: Cell::new(None),
        }
    }

    /// How long to sleep before the next [`look`](Self::look); `None` for ever.
    pub(crate) fn nap(&self) -> Option<Duration> {
        match self.key.get() {
            None => standstill::patience(),
            Some(_) => None,
        }
    }

    /// From a thread that may look very often.
    pub(crate) fn glance(&self) {
        let looks = self.looks.get().saturating_add(1);
        self.looks.set(looks);
        if looks > SHORT && self.key.get().is_none() {
            let now = clock::ticks();
            if now.wrapping_sub(self.looked.get()) > BETWEEN {
                self.looked.set(now);
                self.look();
            }
        }
    }

    /// Adds the wait to the list if it has lasted.
    #[cold]
    pub(crate) fn look(&self) {
        let Some(patience) = standstill::patience() else {
            return;
        };
        let begun = *self.begun.get_or_init(Instant::now);
        if self.key.get().is_some() || begun.elapsed() < patience {
            return;
        }
        let key = {
            let mut list = list();
            let key = list.next;
            list.next += 1;
            list.entries.push(Entry {
                wait: Wait {
                    key,
                    home: self.task.home,
                },
                place: place(),
                inside: current::task(),
                awaited: self.task,
            });
            key
        };
        self.key.set(Some(key));
        standstill::watch();
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.get() {
            list().entries.retain(|entry| entry.wait.key != key);
        }
    }
}

/// This thread, as a reader of the report knows it.
fn place() -> String {
    let of_a_pool = lane::with(|lane| {
        let worker = lane.worker()?;
        Some((lane.home()?.places().worker(), worker.index()))
    });
    match of_a_pool {
        Some((worker, thread)) => format!("worker {worker}, thread {thread}"),
        None => match std::thread::current().name() {
            Some(name) => format!("thread `{name}`"),
            None => "a thread without a name".to_owned(),
        },
    }
}
