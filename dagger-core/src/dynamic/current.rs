//! What a thread knows about the dynamic task it is running: one `const`-initialised thread-local without a destructor.

use crate::dynamic::block::Header;
use crate::observe;
use crate::options::Options;
use crate::pool::lane;
use crate::scope::Scope;
use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;

/// How many task ids a thread reserves at a time.
const IDS: u64 = 1024;

struct Current {
    /// The innermost task that runs on this thread; null outside tasks.
    task: Cell<*const Header>,
    /// The next id, and the first that is not ours.
    next_id: Cell<u64>,
    end_id: Cell<u64>,
    /// Whether `OPTIONS` holds anything; it is looked at only then.
    inherits: Cell<bool>,
    /// How many more tasks are run by their waiter without a look into the queue; see `wait`.
    pause: Cell<u32>,
}

thread_local! {
    static CURRENT: Current = const {
        Current {
            task: Cell::new(ptr::null()),
            next_id: Cell::new(0),
            end_id: Cell::new(0),
            inherits: Cell::new(false),
            pause: Cell::new(0),
        }
    };
    static OPTIONS: RefCell<Option<Arc<Options>>> = const { RefCell::new(None) };
}

/// A new task's id, unique in this process.
#[inline]
pub(crate) fn new_id() -> u64 {
    CURRENT.with(|current| {
        let id = current.next_id.get();
        if id == current.end_id.get() {
            return refill(current);
        }
        current.next_id.set(id + 1);
        id
    })
}

#[cold]
fn refill(current: &Current) -> u64 {
    let first = observe::next_ids(IDS);
    current.next_id.set(first + 1);
    current.end_id.set(first + IDS);
    first
}

/// The innermost task that runs on this thread; null outside tasks.
#[inline]
pub(crate) fn task() -> *const Header {
    CURRENT.with(|current| current.task.get())
}

/// The id of that task; 0 outside tasks.
pub(crate) fn id() -> u64 {
    // SAFETY: the task that runs on this thread refers to itself.
    unsafe { task().as_ref() }.map_or(0, |task| task.id)
}

/// Says which task runs on this thread, and gives the one that did.
#[inline]
pub(crate) fn set_task(task: *const Header) -> *const Header {
    // SAFETY: a task that is set runs on this thread, or did when it was replaced, below on this stack.
    let id = unsafe { task.as_ref() }.map_or(0, |header| header.id);
    lane::with(|lane| lane.task.set(id));
    CURRENT.with(|current| current.task.replace(task))
}

/// Whether a waiter may look for its task in the queue, rather than saving the effort this time.
#[inline]
pub(crate) fn may_look() -> bool {
    CURRENT.with(|current| match current.pause.get() {
        0 => true,
        left => {
            current.pause.set(left - 1);
            false
        }
    })
}

/// Lets the next so many waiters save the effort.
pub(crate) fn pause_looking(count: u32) {
    CURRENT.with(|current| current.pause.set(count));
}

/// Whether any options surround this point.
#[inline]
pub(crate) fn inherits() -> bool {
    CURRENT.with(|current| current.inherits.get())
}

/// The options that surround this point.
#[inline]
pub(crate) fn inherited() -> Option<Arc<Options>> {
    if !inherits() {
        return None;
    }
    OPTIONS.with_borrow(Clone::clone)
}

/// Where the tasks that are spawned at this point run, as the options around it say.
#[inline]
pub(crate) fn inherited_scope() -> Option<Scope> {
    if !inherits() {
        return None;
    }
    OPTIONS.with_borrow(|options| options.as_ref()?.scope.clone())
}

/// Makes `options` the ones that surround what follows, until the returned value is dropped.
#[inline]
pub(crate) fn inherit(options: Option<Arc<Options>>) -> Inherit {
    if options.is_none() && !inherits() {
        return Inherit { before: None };
    }
    CURRENT.with(|current| current.inherits.set(options.is_some()));
    Inherit {
        before: Some(OPTIONS.replace(options)),
    }
}

/// Puts the surrounding options back when dropped.
#[must_use]
pub(crate) struct Inherit {
    /// `None`: there was nothing to change.
    before: Option<Option<Arc<Options>>>,
}

impl Drop for Inherit {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            CURRENT.with(|current| current.inherits.set(before.is_some()));
            OPTIONS.set(before);
        }
    }
}
