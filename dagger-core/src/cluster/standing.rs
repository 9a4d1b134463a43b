//! Whether the workers together stand still: rank 0 asks them, and tells. `crate::standstill` says what that is.

use crate::cluster::items::Tag;
use crate::cluster::node::Node;
use crate::cluster::rounds::{Answer, Question, Unanswered};
use crate::standstill::{self, LOOKS, PAUSE, waits};
use crate::sync::statics::{AtomicBool, Ordering};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest time between two looks at workers that have been found at work.
const REST: Duration = Duration::from_secs(10);

/// What rank 0 remembers from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Whether somebody looks.
    looking: AtomicBool,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Not to look again before, and how long to rest the next time.
    not_before: Option<Instant>,
    rest: Duration,
    /// The standstill that was told.
    told: Option<Stop>,
}

/// A standstill: the same one has the same counts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    /// The counts of sent and received items of each rank.
    Still(Vec<(u64, u64)>),
    /// The ranks that do not answer.
    Silent(Vec<usize>),
}

impl Node {
    /// A thread here has waited long: has rank 0 look whether the cluster stands still.
    pub(crate) fn look_for_standstill(&'static self) {
        self.item(0, Tag::Uneasy, &[], Vec::new());
        self.hurry();
    }

    /// On rank 0: somebody has asked for a look.
    pub(super) fn uneasy(&'static self) {
        let standing = &self.control.standing;
        // relaxed: only counts who looks.
        if standing.looking.swap(true, Ordering::Relaxed) {
            return;
        }
        let looks = std::thread::Builder::new()
            .name("dagger-cluster-watch".to_owned())
            .spawn(move || {
                standing.look(self);
                // relaxed: as above.
                standing.looking.store(false, Ordering::Relaxed);
            });
        if looks.is_err() {
            // relaxed: as above.
            standing.looking.store(false, Ordering::Relaxed);
        }
    }

    /// Whether it looks as if nothing goes on at this worker.
    pub(super) fn stands_still(&self) -> bool {
        // relaxed: a hint.
        self.home().stands_still(true) && !self.dirty.load(Ordering::Relaxed)
    }

    /// What tasks of this worker wait for whose values others want, a line each.
    pub(super) fn awaited_elsewhere(&self) -> Vec<String> {
        let tasks = self.store().awaited();
        let lines = tasks.iter().map(|task| {
            format!(
                "worker {}, has {}",
                self.rank(),
                waits::chain(task.header())
            )
        });
        lines.collect()
    }
}

impl Standing {
    fn look(&self, node: &'static Node) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.not_before.is_some_and(|then| Instant::now() < then) {
            return;
        }
        let found = find(node);
        if found.is_none() {
            memory.rest = (memory.rest * 2).clamp(PAUSE, REST);
        }
        memory.not_before = Some(Instant::now() + memory.rest);
        let Some(found) = found else { return };
        if memory.told.as_ref() != Some(&found) {
            tell(node, &found);
            memory.told = Some(found);
        }
    }
}

/// The standstill, if there is one.
fn find(node: &'static Node) -> Option<Stop> {
    let mut before = None;
    for look in 0..LOOKS {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        let answers = match ask(node, Question::Still) {
            Ok(answers) => answers,
            Err(Unanswered::Over) => return None,
            Err(Unanswered::Silent(ranks)) => return Some(Stop::Silent(ranks)),
        };
        if !answers.iter().all(|answer| answer.still) {
            return None;
        }
        let counts = counts(&answers);
        if before.as_ref().is_some_and(|before| *before != counts) {
            return None;
        }
        before = Some(counts);
    }
    before.map(Stop::Still)
}

fn ask(node: &'static Node, question: Question) -> Result<Vec<Answer>, Unanswered> {
    let rounds = &node.control.rounds;
    rounds.ask(node, question, standstill::patience())
}

fn counts(answers: &[Answer]) -> Vec<(u64, u64)> {
    let counts = answers
        .iter()
        .map(|answer| (answer.quiet.sent, answer.quiet.received));
    counts.collect()
}

fn tell(node: &'static Node, stop: &Stop) {
    match stop {
        Stop::Silent(ranks) => {
            let mut what = String::new();
            for (at, rank) in ranks.iter().enumerate() {
                let _ = write!(what, "{}{rank}", if at == 0 { "" } else { ", " });
            }
            let workers = if ranks.len() == 1 {
                "worker"
            } else {
                "workers"
            };
            let here = waits::describe(|home| std::ptr::eq(home, node.home()));
            standstill::tell(&format!("{workers} {what} did not answer"), &here);
        }
        Stop::Still(counts) => {
            let Ok(answers) = ask(node, Question::Waits) else {
                return;
            };
            let lines: Vec<String> = answers
                .into_iter()
                .flat_map(|answer| answer.waits)
                .collect();
            let sent: u64 = counts.iter().map(|(sent, _)| sent).sum();
            let received: u64 = counts.iter().map(|(_, received)| received).sum();
            let lost = match sent.abs_diff(received) {
                0 => "no message is on its way".to_owned(),
                lost => format!("{lost} items were sent that have not come"),
            };
            standstill::tell(
                &format!(
                    "on all {} workers every thread waits, and {lost}",
                    node.size()
                ),
                &lines,
            );
        }
    }
}
