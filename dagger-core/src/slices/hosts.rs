//! Threads that own the places of slices from other workers. They only wait; nodes run on the pool.

use crate::cluster::Node;
use crate::error::{Error, Result};
use crate::pool::lane;
use crate::runtime::STACK_SIZE;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a thread without a slice stays.
const IDLE: Duration = Duration::from_secs(2);

/// What such a thread does.
pub(super) type Work = Box<dyn FnOnce() + Send>;

/// The threads of one worker that have nothing to own at present.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<(u64, Sender<Work>)>,
    started: u64,
}

impl Hosts {
    /// Has a thread do this: one that is idle, or a new one.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn run(&'static self, node: &'static Node, work: Work) -> Result<()> {
        let mut work = work;
        loop {
            let Some((_, idle)) = self.state().idle.pop() else {
                break;
            };
            match idle.send(work) {
                Ok(()) => return Ok(()),
                Err(back) => work = back.0,
            }
        }
        let number = {
            let mut state = self.state();
            state.started += 1;
            state.started
        };
        let thread = std::thread::Builder::new()
            .name(format!("dagger-slice-{}-{number}", node.rank()))
            .stack_size(STACK_SIZE);
        let spawned = thread.spawn(move || {
            lane::with(|lane| lane.lend_to(node.home()));
            self.own(number, work);
        });
        spawned.map(drop).map_err(|error| {
            Error::msg(format!(
                "worker {} cannot start a thread for its slice of a graph: {error}",
                node.rank()
            ))
        })
    }

    /// Does one piece of work after the other until there has been none for a while.
    fn own(&self, number: u64, first: Work) {
        first();
        let (sender, receiver) = channel();
        loop {
            self.state().idle.push((number, sender.clone()));
            match self.next(number, &receiver) {
                Some(work) => work(),
                None => return,
            }
        }
    }

    fn next(&self, number: u64, receiver: &Receiver<Work>) -> Option<Work> {
        match receiver.recv_timeout(IDLE) {
            Ok(work) => Some(work),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                let mut state = self.state();
                match state.idle.iter().position(|&(idle, _)| idle == number) {
                    Some(at) => {
                        state.idle.swap_remove(at);
                        None
                    }
                    // Chosen just now: the work is on its way.
                    None => {
                        drop(state);
                        receiver.recv().ok()
                    }
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
