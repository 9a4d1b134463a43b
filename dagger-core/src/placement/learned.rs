//! [`Learned`]: what it is asked, and what lessons change. How it decides is in `choice`.

use super::choice::{self, key_of};
use super::link::Links;
use super::models::{Models, TaskModel};
use super::state::State;
use super::time::Clock;
use crate::seam::{Candidate, Decision, Lesson, Placement, TaskView};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tasks shorter than this are not worth the messages that move them, in seconds.
const LEAST_MOVED: f64 = 50e-6;
/// A task of which nothing is known is moved if that takes less than this, in seconds.
const UNKNOWN_MOVED: f64 = 1e-3;

/// Learns how long tasks and transfers take, and places each task where it is expected to end first.
///
/// ```
/// use dagger_core::placement::Learned;
/// use dagger_core::seam::{Candidate, CpuThread, Input, Placement, TaskView};
///
/// let (first, second) = (CpuThread::new(0, 0), CpuThread::new(1, 0));
/// let candidates = [Candidate::new(0, &first), Candidate::new(1, &second)];
/// let placement = Learned::new();
/// // 8 MiB that worker 1 holds: the task goes there.
/// let inputs = [Input::new(Some(8 << 20), &[1])];
/// assert_eq!(placement.choose(&TaskView::new("sum", 0).with_inputs(&inputs), &candidates), 1);
/// ```
pub struct Learned {
    state: Mutex<State>,
    clock: Clock,
}

/// What a processor has to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Tasks assigned that have not ended.
    pub tasks: usize,
    /// Seconds until all of them have, as far as is known.
    pub seconds: f64,
    /// Tasks it was ever given.
    pub given: u64,
    /// How many times slower than its class it is.
    pub slowness: f64,
}

impl Learned {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Learned::with(Clock::system(), 0x5eed)
    }

    /// One that reads this clock and takes its chances from this seed: the same questions get the same answers.
    pub fn with(clock: Clock, seed: u64) -> Self {
        Learned {
            state: Mutex::new(State::new(seed)),
            clock,
        }
    }

    /// Takes over what an earlier run has learned. Books are not touched.
    pub fn remember(&self, models: &Models) {
        let mut state = self.state();
        for task in &models.tasks {
            let class = state.class(&task.class);
            let model = state.model(class, task.key, &task.name, None);
            let model = &mut state.models[model];
            if model.execution.runs == 0 {
                model.execution = task.execution;
                model.output = task.output;
                model.used = task.used;
            }
        }
        if let Some(link) = models.link {
            state.links = Links::like(link);
        }
    }

    /// What it has learned, for people to look at and for the next run.
    pub fn models(&self) -> Models {
        let state = self.state();
        let tasks = state.models.iter().filter(|model| model.execution.runs > 0);
        Models {
            tasks: tasks
                .map(|model| TaskModel {
                    key: model.key,
                    class: state.classes[usize::from(model.class)].name.clone(),
                    name: model.name.clone(),
                    execution: model.execution,
                    output: model.output,
                    used: model.used,
                })
                .collect(),
            link: (state.links.all.transfers > 0).then(|| state.links.usual()),
        }
    }

    /// What processor `index` has to do; nothing if it was never a candidate.
    pub fn load(&self, index: usize) -> Load {
        let state = self.state();
        match state.books.get(index) {
            Some(book) if book.known => Load {
                tasks: book.outstanding() as usize,
                seconds: book.backlog(self.clock.now()),
                given: book.given,
                slowness: book.slowness(),
            },
            _ => Load {
                tasks: 0,
                seconds: 0.0,
                given: 0,
                slowness: 1.0,
            },
        }
    }

    /// What a run of a task over so many bytes is expected to take on a class of processors, in seconds; `None` before the first.
    pub fn expected(&self, key: u64, class: &str, bytes: u64) -> Option<f64> {
        let state = self.state();
        let model = state.find(class, key)?;
        let estimate = state.models[model].execution.estimate(bytes as f64)?;
        Some(estimate.seconds())
    }

    /// The same, with an assumption where there was no run yet; `None` if the task was never placed there.
    pub fn likely(&self, key: u64, class: &str, bytes: u64) -> Option<f64> {
        let state = self.state();
        let model = state.find(class, key)?;
        Some(state.estimate(model, bytes as f64).seconds())
    }

    /// What so many bytes are expected to take from one worker to another, in seconds.
    pub fn transfer(&self, from: usize, to: usize, bytes: u64) -> f64 {
        if from == to {
            return 0.0;
        }
        self.state().links.between(from, to).seconds(bytes as f64)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is made whole before anything in it can panic on an unknown index.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Learned {
    fn default() -> Self {
        Learned::new()
    }
}

impl Placement for Learned {
    fn choose(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> usize {
        self.decide(task, candidates).position
    }

    fn decide(&self, task: &TaskView<'_>, candidates: &[Candidate<'_>]) -> Decision {
        if candidates.is_empty() {
            return Decision::new(0);
        }
        let mut state = self.state();
        let now = self.clock.now();
        choice::make(&mut state, task, candidates, now)
    }

    fn now(&self) -> f64 {
        self.clock.now()
    }

    fn pays_to_move(&self, task: &TaskView<'_>, input_bytes: u64, from: usize, to: usize) -> bool {
        let moving = self.transfer(from, to, input_bytes) + self.transfer(to, from, 0);
        match self.expected(key_of(task.key, task.name), "cpu", input_bytes) {
            // It would have waited for at least one more of its kind.
            Some(seconds) => seconds > 2.0 * moving + LEAST_MOVED,
            None => moving < UNKNOWN_MOVED,
        }
    }

    fn knows(&self, task: &TaskView<'_>, input_bytes: u64) -> bool {
        self.expected(key_of(task.key, task.name), "cpu", input_bytes)
            .is_some()
    }

    fn learn(&self, lesson: &Lesson<'_>) {
        self.state().learn(lesson, self.clock.now());
    }

    fn learn_all(&self, lessons: &mut dyn Iterator<Item = Lesson<'_>>) {
        let mut state = self.state();
        let now = self.clock.now();
        for lesson in lessons {
            state.learn(&lesson, now);
        }
    }
}

impl State {
    fn learn(&mut self, lesson: &Lesson<'_>, now: f64) {
        match *lesson {
            Lesson::Ended {
                index,
                key,
                name,
                input_bytes,
                count,
                seconds,
                output_bytes,
            } => {
                let key = key_of(key, name);
                let ended = Ended {
                    index,
                    bytes: input_bytes as f64,
                    count,
                    seconds: seconds.filter(|seconds| *seconds >= 0.0 && seconds.is_finite()),
                };
                self.ended(&ended, key, name, output_bytes, now);
            }
            Lesson::Moved {
                from,
                to,
                bytes,
                seconds,
            } => self.links.learn(from, to, bytes, seconds),
        }
    }
}

/// The part of a lesson that is about numbers.
struct Ended {
    index: usize,
    bytes: f64,
    count: u32,
    seconds: Option<f64>,
}

impl State {
    fn ended(&mut self, ended: &Ended, key: u64, name: &str, output_bytes: Option<u64>, now: f64) {
        let Some(book) = self.books.get(ended.index).filter(|book| book.known) else {
            return;
        };
        let slowness = book.slowness();
        let number = self.model(usize::from(book.class), key, name, None);
        if let Some(seconds) = ended.seconds {
            let before = self.models[number].execution.estimate(ended.bytes);
            // Where the model itself is in doubt, an error says nothing of the processor.
            if let Some(before) = before
                && before.doubt <= before.spread
            {
                let error = seconds.max(1e-9).ln() - before.log;
                self.books[ended.index].learn_speed(error, seconds, ended.count);
            }
            self.models[number]
                .execution
                .learn(ended.bytes, seconds / slowness, ended.count);
        }
        let model = &mut self.models[number];
        if let Some(bytes) = output_bytes {
            let bytes = bytes as f64;
            model.output = Some(model.output.map_or(bytes, |old| old + 0.3 * (bytes - old)));
        }
        model.pending = model.pending.saturating_sub(ended.count);
        let mut book = std::mem::take(&mut self.books[ended.index]);
        let slowness = book.slowness();
        book.take_off(
            number as u32,
            ended.count,
            ended.seconds,
            now,
            |model, bytes| {
                let estimate = self.estimate(model as usize, bytes);
                let seconds = estimate.seconds() * slowness;
                (seconds, seconds * estimate.spread.min(1.0))
            },
        );
        self.books[ended.index] = book;
        self.requeue(ended.index);
    }
}

impl fmt::Debug for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Learned")
            .field("processors", &state.known)
            .field("models", &state.models.len())
            .field("links", &state.links.usual())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
