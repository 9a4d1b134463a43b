//! What a learned placement knows: processors by number, their classes, a model for each task on each class.

use super::book::Book;
use super::execution::{Estimate, ExecutionModel};
use super::link::Links;
use super::tournament::Tournament;
use crate::by_number::ByNumber;
use crate::seam::Candidate;

/// What a task of which nothing at all is known is taken to last, in seconds, and how doubtful that is.
const UNKNOWN_SECONDS: f64 = 100e-6;
const UNKNOWN_DOUBT: f64 = 2.3;
/// How doubtful other sources are, in `ln seconds`: what all tasks take, what the author says, what the same task takes elsewhere.
const USUAL_DOUBT: f64 = 2.0;
const AUTHOR_DOUBT: f64 = 0.7;
const ELSEWHERE_DOUBT: f64 = 1.0;
/// Doubts smaller than this are none.
const SURE: f64 = 0.05;

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
    tasks: ByNumber<u64, u32>,
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
    /// The latest price that was worked out from runs: many tasks of a size come in a row.
    latest: Latest,
    /// When it was used last, as the models file counts.
    pub(super) used: u64,
}

/// The price of a task on a class of processors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub(super) model: u32,
    /// For tasks over so many bytes.
    pub(super) bytes: f64,
    /// The mean, in seconds.
    pub(super) seconds: f64,
    /// The same, optimistically.
    pub(super) hoped: f64,
    pub(super) deviation: f64,
}

/// A price, and what it was worked out from.
#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    runs: u64,
    bytes: f64,
    seconds: f64,
    deviation: f64,
    doubt: f64,
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
                tasks: ByNumber::default(),
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

    /// The number of a task's model on the class of this name, if there is one.
    pub(super) fn find(&self, class: &str, key: u64) -> Option<usize> {
        let class = self.classes.iter().find(|known| known.name == class)?;
        class.tasks.get(&key).map(|&model| model as usize)
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
            latest: Latest::default(),
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
            let own = model.execution.weight.min(8.0);
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

    /// When a value is made that is expected at a moment by its home's books as they were then: not later than its home has done everything.
    pub(super) fn made_by(&self, home: Option<usize>, expected: f64, now: f64) -> f64 {
        let processors = home.and_then(|home| self.by_worker.get(home));
        let done = processors.into_iter().flatten().map(|&index| {
            let book = &self.books[index as usize];
            now + book.backlog(now)
        });
        done.reduce(f64::max)
            .map_or(expected, |done| expected.min(done))
    }

    /// What the task costs on a class; over as many bytes as usual if nobody knows how many.
    #[inline]
    pub(super) fn price(&mut self, number: usize, bytes: Option<f64>) -> Price {
        let model = &self.models[number];
        let runs = model.execution.runs;
        let bytes = bytes.unwrap_or_else(|| match model.latest.runs == runs {
            true => model.latest.bytes,
            false => model.execution.usual_bytes(),
        });
        if runs == 0 || model.latest.runs != runs || model.latest.bytes != bytes {
            self.work_out(number, bytes);
        }
        let model = &self.models[number];
        let latest = &model.latest;
        let hope = if latest.doubt < SURE {
            1.0
        } else {
            (-latest.doubt / f64::from(1 + model.pending).sqrt()).exp()
        };
        Price {
            model: number as u32,
            bytes,
            seconds: latest.seconds,
            hoped: latest.seconds * hope,
            deviation: latest.deviation,
        }
    }

    fn work_out(&mut self, number: usize, bytes: f64) {
        let estimate = self.estimate(number, bytes);
        let seconds = estimate.seconds();
        let model = &mut self.models[number];
        model.latest = Latest {
            runs: model.execution.runs,
            bytes,
            seconds,
            deviation: seconds * estimate.spread.min(1.0),
            doubt: estimate.doubt,
        };
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
