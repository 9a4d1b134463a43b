//! What other workers have to do with a task, and being told of its end, for which a task elsewhere must first be asked for.

use crate::cluster::{Assigned, Away};
use crate::dynamic::block::Header;
use crate::dynamic::dependents::Edge;
use crate::dynamic::state::Phase;
use std::ptr::NonNull;
use std::sync::Arc;

/// What other workers have to do with a task.
#[derive(Debug, Default)]
pub(crate) enum Part {
    /// Nothing.
    #[default]
    Alone,
    /// It is elsewhere.
    Away(Arc<Away>),
    /// It was given to this worker, by itself or by another one, which hears of its end.
    Assigned(Arc<Assigned>),
}

impl Header {
    /// What is known of it, if it is on another worker, or was.
    pub(crate) fn away(&self) -> Option<&Arc<Away>> {
        match &self.extra.as_ref()?.part {
            Part::Away(away) => Some(away),
            _ => None,
        }
    }

    /// What is known of it, if it was given to this worker.
    pub(crate) fn assigned(&self) -> Option<&Arc<Assigned>> {
        match &self.extra.as_ref()?.part {
            Part::Assigned(assigned) => Some(assigned),
            _ => None,
        }
    }

    /// Says that the value or the error is needed here, to be called before one waits for it; the caller has a reference.
    #[inline]
    pub(crate) fn need(&self) {
        if self.word.now().phase() == Phase::Away {
            self.summon();
        }
    }

    #[cold]
    fn summon(&self) {
        if let Some(away) = self.away()
            && self.word.summon()
        {
            away.summoned();
        }
    }

    /// Adds an edge to those that are told of the end. False when the task has ended: then its phase says so, and the edge is the caller's.
    ///
    /// # Safety
    /// As for [`Dependents::push`].
    #[inline]
    pub(crate) unsafe fn tell_of_end(&self, edge: NonNull<Edge>) -> bool {
        // SAFETY: the caller's promise.
        let linked = unsafe { self.dependents.push(edge) };
        if !linked {
            self.see_end();
        }
        linked
    }

    /// Waits the few instructions between the list of dependents being closed and the phase saying that the task has ended.
    #[inline]
    fn see_end(&self) {
        let mut rounds = 0_u32;
        while !self.word.now().phase().ended() {
            rounds += 1;
            if rounds.is_multiple_of(64) {
                // Who ends it has been interrupted just there.
                std::thread::yield_now();
            }
            crate::sync::spin_loop();
        }
    }
}
