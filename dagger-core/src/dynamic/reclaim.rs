//! Giving up references, iteratively: a value may hold handles of other tasks, and theirs of others, a million deep.
//!
//! The first disposal on a thread becomes the one that works off a list; disposals that happen inside it (a value's
//! drop glue drops a handle) are only put on that list.

use crate::dynamic::block::Header;
use crate::dynamic::complete;
use crate::dynamic::state::Left;
use crate::lowered::drop_quietly;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

thread_local! {
    /// Whether this thread is disposing.
    static BUSY: Cell<bool> = const { Cell::new(false) };
    /// What is left to dispose of.
    static REST: RefCell<Vec<NonNull<Header>>> = const { RefCell::new(Vec::new()) };
}

/// Gives up one reference.
///
/// # Safety
/// The caller owns it and does not use it again.
#[inline]
pub(crate) unsafe fn release(header: NonNull<Header>) {
    // SAFETY: the reference that is given up keeps the block until here.
    let left = unsafe { header.as_ref() }.word.release();
    if left != Left::Others {
        // SAFETY: the caller's promise.
        unsafe { settle(header, left) };
    }
}

/// Does what a transition has left to do.
///
/// # Safety
/// `left` is what a transition of this task's word has just returned.
pub(crate) unsafe fn settle(header: NonNull<Header>, left: Left) {
    match left {
        Left::Others => {}
        // SAFETY: we cleared the Unique flag, so it is ours to tell the consumer, who owns the only reference and waits.
        Left::Consumer => unsafe { complete::tell_consumer(header) },
        // SAFETY: we removed the last reference.
        Left::Nobody => unsafe { dispose(header) },
    }
}

/// # Safety
/// The caller has removed the last reference.
unsafe fn dispose(header: NonNull<Header>) {
    // SAFETY: nobody but us knows the task, so it is there.
    if !unsafe { header.as_ref() }.disposal_nests() {
        // SAFETY: the caller's promise.
        unsafe { Header::dispose(header) };
        return;
    }
    // A thread that is being torn down has no list any more: dispose on the spot, recursively if it must be.
    let deferred = BUSY.try_with(Cell::get).unwrap_or(false)
        && REST.try_with(|rest| rest.borrow_mut().push(header)).is_ok();
    if deferred {
        return;
    }
    let _ = BUSY.try_with(|busy| busy.set(true));
    let mut panic = None;
    let mut next = Some(header);
    while let Some(header) = next {
        // SAFETY: every task on the list has lost its last reference, and is taken from it once.
        let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { Header::dispose(header) }));
        match outcome {
            Err(payload) if panic.is_none() => panic = Some(payload),
            Err(payload) => drop_quietly(payload),
            Ok(()) => {}
        }
        next = REST.try_with(|rest| rest.borrow_mut().pop()).ok().flatten();
    }
    let _ = BUSY.try_with(|busy| busy.set(false));
    match panic {
        Some(payload) if std::thread::panicking() => drop_quietly(payload),
        Some(payload) => resume_unwind(payload),
        None => {}
    }
}
