//! Threads and futures that wait for a task, as entries in its list of dependents.

use crate::dynamic::home::Home;
use crate::lowered::drop_quietly;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, Watched};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::PoisonError;
use std::task::Waker;

/// A thread that waits, on its own stack.
#[derive(Debug)]
pub(crate) struct Waiter {
    told: AtomicBool,
    sleeper: Sleeper,
    /// The sleeper, for the models.
    looked_at: Watched,
}

/// How to wake it.
#[derive(Clone, Debug)]
pub(crate) enum Sleeper {
    /// A worker of a runtime.
    Worker(&'static Home, usize),
    /// Any other thread.
    Thread(std::thread::Thread),
}

impl Waiter {
    pub(crate) fn new(sleeper: Sleeper) -> Self {
        Waiter {
            told: AtomicBool::new(false),
            sleeper,
            looked_at: Watched::new(),
        }
    }

    /// Whether the task has ended.
    pub(crate) fn is_told(&self) -> bool {
        // Acquire pairs with the Release in `tell`: the teller does not touch us any more, and the value is there.
        let told = self.told.load(Ordering::Acquire);
        if told {
            // The waiter may go away from here on.
            self.looked_at.write();
        }
        told
    }

    /// Tells the thread and wakes it.
    ///
    /// # Safety
    /// `waiter` has not been told before, so its thread is still waiting and the memory is there.
    pub(crate) unsafe fn tell(waiter: NonNull<Waiter>) {
        // SAFETY: the caller's promise; not touched after `told` is set.
        let sleeper = unsafe {
            let sleeper = waiter.as_ref().sleeper.clone();
            waiter.as_ref().looked_at.read();
            // Release pairs with the Acquire in `is_told`.
            waiter.as_ref().told.store(true, Ordering::Release);
            sleeper
        };
        match sleeper {
            Sleeper::Worker(home, worker) => home.unpark(worker),
            Sleeper::Thread(thread) => thread.unpark(),
        }
    }
}

/// A future that has been polled before its task ended.
#[derive(Debug, Default)]
pub(crate) struct Awaiting {
    waker: Mutex<Option<Waker>>,
}

impl Awaiting {
    /// Whom to wake; replaces an earlier answer.
    pub(crate) fn set(&self, waker: &Waker) {
        let mut slot = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *slot {
            Some(known) => known.clone_from(waker),
            None => *slot = Some(waker.clone()),
        }
    }

    /// Nobody any more.
    pub(crate) fn clear(&self) {
        self.waker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Wakes it. A waker is somebody else's code: should it panic, the panic hook has told, and whoever else waits for the task
    /// must hear of its end all the same.
    pub(crate) fn wake(&self) {
        let waker = self
            .waker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(waker) = waker
            && let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake()))
        {
            drop_quietly(payload);
        }
    }
}
