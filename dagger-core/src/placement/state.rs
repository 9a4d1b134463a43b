//! What a learned placement knows: processors by number, their classes, a model for each task on each class.

use super::book::Book;
use super::execution::{Estimate, ExecutionModel};
use super::link::Links;
use super::tournament::Tournament;
use crate::seam::Candidate;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What a task of which nothing at all is known is taken to last, in seconds, and how doubtful that is.
const UNKNOWN_SECONDS: f64 = 100e-6;
const UNKNOWN_DOUBT: f64 = 2.3;
/// How doubtful other sources are, in `ln seconds`: what all tasks take, what the author says, what the same task takes elsewhere.
const USUAL_DOUBT: f64 = 2.0;
const AUTHOR_DOUBT: f64 = 0.7;
const ELSEWHERE_DOUBT: f64 = 1.0;
/// How fast the mean over all tasks forgets.
const FORGET: f64 = 0.99;

/// Everything under the placement's lock.
#[derive(Debug)]
pub(super) struct State {
    /// By the processors' numbers.
    pub(super) books: Vec<Book>,
    /// How many of them are known.
    pub(super) known: usize,
    pub(super) classes: Vec<Class>,
    /// The processors of each worker.
    pub(super) by_worker: Vec<Vec<u32>>,
    pub(super) models: Vec<Model>,
    pub(super) links: Links,
    random: u64,
}

/// Processors that take the same time for the same task.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: String,
    /// The numbers of models by task.
    tasks: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    pub(super) first_free: Tournament,
    /// Which processor each leaf is.
    pub(super) leaves: Vec<u32>,
}

/// One task on one class.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) key: u64,
    pub(super) class: u16,
    pub(super) name: String,
    pub(super) execution: ExecutionModel,
    /// Bytes of its result, on average of late.
    pub(super) output: Option<f64>,
    /// Tasks assigned that have not ended.
    pub(super) pending: u32,
    /// What is assumed before the first run.
    assumed: Estimate,
    /// When it was used last, as the models file counts.
    pub(super) used: u64,
}

/// The price of a task on a class of processors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub(super) model: u32,
    /// The mean, in seconds.
    pub(super) seconds: f64,
    /// The same, optimistically.
    pub(super) hoped: f64,
    pub(super) deviation: f64,
}

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        // The table looks at the highest bits too.
        self.0 = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        State {
            books: Vec::new(),
            known: 0,
            classes: Vec::new(),
            by_worker: Vec::new(),
            models: Vec::new(),
            links: Links::new(),
            random: seed,
        }
    }

    /// Whether these are all processors there are.
    #[inline]
    pub(super) fn is_everything(&self, candidates: &[Candidate<'_>]) -> bool {
        let all = self.books.len();
        // Ascending and distinct, so the last one's number says it.
        self.known == all
            && candidates.len() == all
            && candidates.last().is_some_and(|last| last.index + 1 == all)
    }

    /// Opens books for those that have none.
    pub(super) fn register(&mut self, candidates: &[Candidate<'_>]) {
        for candidate in candidates {
            if self
                .books
                .get(candidate.index)
                .is_none_or(|book| !book.known)
            {
                self.open_book(candidate);
            }
        }
    }

    #[cold]
    fn open_book(&mut self, candidate: &Candidate<'_>) {
        let index = candidate.index;
        if self.books.len() <= index {
            self.books.resize_with(index + 1, Book::default);
        }
        let worker = candidate.processor.place().worker;
        let class = self.class(candidate.processor.class());
        let leaf = self.classes[class].first_free.push(0.0);
        self.classes[class].leaves.push(index as u32);
        let slots = candidate.processor.slots();
        self.books[index] = Book::open(worker, class as u16, leaf as u32, slots);
        self.known += 1;
        if self.by_worker.len() <= worker {
            self.by_worker.resize(worker + 1, Vec::new());
        }
        self.by_worker[worker].push(index as u32);
    }

    /// The number of the class of this name.
    pub(super) fn class(&mut self, name: &str) -> usize {
        let known = self.classes.iter().position(|class| class.name == name);
        known.unwrap_or_else(|| {
            self.classes.push(Class {
                name: name.to_owned(),
                tasks: HashMap::default(),
                first_free: Tournament::default(),
                leaves: Vec::new(),
            });
            self.classes.len() - 1
        })
    }

    /// Tells the search what has changed about a processor.
    #[inline]
    pub(super) fn requeue(&mut self, index: usize) {
        let book = &self.books[index];
        self.classes[usize::from(book.class)]
            .first_free
            .set(book.leaf as usize, book.search_key());
    }

    /// The number of a task's model on a class; a new one if need be.
    #[inline]
    pub(super) fn model(&mut self, class: usize, key: u64, name: &str, cost: Option<f64>) -> usize {
        match self.classes[class].tasks.get(&key) {
            Some(&model) => model as usize,
            None => self.open_model(class, key, name, cost),
        }
    }

    #[cold]
    fn open_model(&mut self, class: usize, key: u64, name: &str, cost: Option<f64>) -> usize {
        let number = self.models.len();
        self.classes[class].tasks.insert(key, number as u32);
        let assumed = self.assume(class, cost);
        self.models.push(Model {
            key,
            class: class as u16,
            name: name.to_owned(),
            execution: ExecutionModel::new(),
            output: None,
            pending: 0,
            assumed,
            used: 0,
        });
        number
    }

    /// What a task that never ran is taken to last on a class.
    fn assume(&self, class: usize, cost: Option<f64>) -> Estimate {
        let author = cost.filter(|cost| *cost > 0.0 && cost.is_finite());
        if let Some(nanoseconds) = author {
            let cpu = self.classes[class].name.starts_with("cpu");
            return Estimate {
                log: (nanoseconds * 1e-9).ln(),
                doubt: if cpu { AUTHOR_DOUBT } else { USUAL_DOUBT },
                spread: AUTHOR_DOUBT,
            };
        }
        // The mean over all models of the class, each weighing as much as it knows.
        let known = self.models.iter().filter(|model| model.execution.runs > 0);
        let (weight, sum) = known.fold((0.0, 0.0), |(weight, sum), model| {
            let own = model.execution.weight.min(8.0) * FORGET;
            (weight + own, sum + own * model.execution.y)
        });
        if weight > 0.0 {
            return Estimate {
                log: sum / weight,
                doubt: USUAL_DOUBT,
                spread: 1.0,
            };
        }
        Estimate {
            log: UNKNOWN_SECONDS.ln(),
            doubt: UNKNOWN_DOUBT,
            spread: 1.0,
        }
    }

    /// What one run of a model over so many bytes is expected to take.
    #[inline]
    pub(super) fn estimate(&self, model: usize, bytes: f64) -> Estimate {
        let own = &self.models[model];
        match own.execution.estimate(bytes) {
            Some(estimate) => estimate,
            None => self.borrowed(own, bytes),
        }
    }

    /// The same task's time on another class, or what was assumed.
    #[cold]
    fn borrowed(&self, own: &Model, bytes: f64) -> Estimate {
        let elsewhere = self.classes.iter().filter_map(|class| {
            let model = *class.tasks.get(&own.key)?;
            self.models[model as usize].execution.estimate(bytes)
        });
        let least = elsewhere.min_by(|a, b| a.log.total_cmp(&b.log));
        least.map_or(own.assumed, |estimate| Estimate {
            doubt: estimate.doubt.hypot(ELSEWHERE_DOUBT),
            ..estimate
        })
    }

    /// What the task costs on a class.
    #[inline]
    pub(super) fn price(&self, model: usize, bytes: f64) -> Price {
        let estimate = self.estimate(model, bytes);
        let seconds = estimate.seconds();
        Price {
            model: model as u32,
            seconds,
            hoped: seconds * estimate.hope(self.models[model].pending),
            deviation: seconds * estimate.spread.min(1.0),
        }
    }

    /// Random bits (SplitMix64, Steele, Lea and Flood).
    #[inline]
    pub(super) fn coin(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}
