//! The tasks of a sample sort: samples, division into buckets, and blocks gathered of buckets.

use dagger_core::{Error, Result, Task, workers};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array1, Dimension, Ix1};
use std::ops::Range;
use std::sync::Arc;

use super::buckets::{Splitters, choose, is_uniform};
use super::cuts::{Scale, blocks_of};
use super::order::Order;
use crate::array::{Block, DArray};
use crate::element::Element;
use crate::memory;

/// How many splitters there are at most: as many buckets can be written to side by side.
const SPLITTERS: usize = 511;
/// How many sampled keys there are for each splitter.
const OVERSAMPLING: usize = 16;

/// A run of the array: where its elements are, and what its mistakes are called.
#[derive(Clone, Debug, Wire)]
struct Run {
    /// How many elements of the first block come before it.
    skip: usize,
    /// The indices of its elements.
    range: Range<usize>,
    /// The operation and the line it was called on.
    written: Arc<str>,
}

/// Records in the order of their buckets.
#[derive(Clone, Debug, Wire)]
struct Divided<R> {
    records: Vec<R>,
    /// The first bucket there is something of.
    first: usize,
    /// Where that bucket and those after it begin in `records`, and the end.
    bounds: Vec<usize>,
    /// How many records at the beginning of the first bucket were left out.
    skipped: usize,
}

/// Where the records of every bucket are.
#[derive(Clone, Debug, Wire)]
struct Survey {
    /// The place in the sorted vector at which each bucket begins, and the end.
    starts: Vec<usize>,
    /// For every run, how many records of each bucket earlier runs have.
    before: Vec<Vec<usize>>,
}

/// Whether the parts of runs are made where the runs are, and only they travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All runs are here: blocks are gathered of them directly.
    Near,
    /// Runs may be on other workers.
    Far,
}

impl Reach {
    pub(super) fn now() -> Self {
        match workers() {
            1 => Reach::Near,
            _ => Reach::Far,
        }
    }
}

/// A vector about to be sorted.
pub(super) struct Sorting<'a, J: Order> {
    pub(super) order: J,
    pub(super) source: &'a DArray<J::In, Ix1>,
    /// The operation and the line it was called on, for errors.
    pub(super) written: Arc<str>,
    pub(super) reach: Reach,
    pub(super) scale: Scale,
}

impl<J: Order> Sorting<'_, J> {
    /// The parts of the sorted vector at these places, in the same order.
    pub(super) fn ranges(&self, wanted: &[Range<usize>]) -> Result<Vec<Block<J::Out, Ix1>>> {
        let blocks = self.source.parts()?;
        let cuts = self.source.layout().cuts(0);
        let length = self.source.len();
        if length <= self.scale.least {
            return Ok(self.at_once(wanted));
        }
        let runs: Vec<Range<usize>> = self
            .scale
            .pieces(cuts)
            .windows(2)
            .map(|cut| cut[0]..cut[1])
            .filter(|range| !range.is_empty())
            .collect();
        let splitters = (length / self.scale.bucket).clamp(1, SPLITTERS);
        let keys = (splitters * OVERSAMPLING).div_ceil(runs.len());
        let parts: Vec<_> = runs
            .into_iter()
            .map(|range| {
                let (numbers, skip) = blocks_of(cuts, &range);
                (self.run(skip, range), &blocks[numbers])
            })
            .collect();
        let sampled: Vec<Task<Vec<J::Key>>> = parts
            .iter()
            .map(|(run, blocks)| {
                let (order, run, blocks) = (self.order.clone(), run.clone(), *blocks);
                spawn!(sample(order, blocks, run, keys))
            })
            .collect();
        let chosen = spawn!(splitting(sampled, splitters));
        let divided: Vec<Task<Divided<J::Record>>> = parts
            .into_iter()
            .map(|(run, blocks)| {
                let order = self.order.clone();
                spawn!(divide(order, blocks, run, &chosen))
            })
            .collect();
        let counted: Vec<Task<Vec<usize>>> =
            divided.iter().map(|run| spawn!(counts(run))).collect();
        let survey = spawn!(survey(counted));
        let gathered = wanted.iter().map(|range| {
            let (order, range) = (self.order.clone(), range.clone());
            match self.reach {
                Reach::Near => spawn!(gather(order, &divided, &survey, range)),
                Reach::Far => {
                    let parts: Vec<Task<Divided<J::Record>>> = divided
                        .iter()
                        .enumerate()
                        .map(|(number, run)| {
                            let range = range.clone();
                            spawn!(part(run, &survey, number, range))
                        })
                        .collect();
                    spawn!(gather(order, parts, &survey, range))
                }
            }
        });
        Ok(gathered.collect())
    }

    /// The same of a vector that is short.
    fn at_once(&self, wanted: &[Range<usize>]) -> Vec<Block<J::Out, Ix1>> {
        let (order, run) = (self.order.clone(), self.run(0, 0..self.source.len()));
        let blocks = self.source.parts().unwrap_or_default();
        let sorted = spawn!(sort_at_once(order, blocks, run));
        match wanted {
            [all] if *all == (0..self.source.len()) => vec![sorted],
            _ => wanted
                .iter()
                .map(|range| {
                    let range = range.clone();
                    spawn!(sorted_part(&sorted, range))
                })
                .collect(),
        }
    }

    fn run(&self, skip: usize, range: Range<usize>) -> Run {
        Run {
            skip,
            range,
            written: Arc::clone(&self.written),
        }
    }
}

impl Run {
    /// Its elements, block by block, with the index of each block's first.
    fn stretches<'b, T>(
        &self,
        blocks: &[&'b Array1<T>],
    ) -> Result<impl Iterator<Item = (usize, &'b [T])>> {
        let (mut skip, mut left) = (self.skip, self.range.len());
        let mut stretches = Vec::with_capacity(blocks.len());
        for block in blocks {
            let elements = block.as_slice().and_then(|all| all.get(skip..));
            let elements = elements.ok_or_else(|| {
                Error::msg("a block has another shape or order than its array says")
            })?;
            let taken = &elements[..left.min(elements.len())];
            stretches.push((self.range.end - left, taken));
            left -= taken.len();
            skip = 0;
        }
        if left > 0 {
            return Err(Error::msg("a block has another shape than its array says"));
        }
        Ok(stretches.into_iter())
    }

    /// The records of its elements.
    fn records<J: Order>(&self, order: &J, blocks: &[&Array1<J::In>]) -> Result<Vec<J::Record>> {
        let mut records = memory::room(self.range.len());
        for (first, elements) in self.stretches(blocks)? {
            let numbered = elements.iter().enumerate();
            records.extend(numbered.map_while(|(i, element)| order.record(element, first + i)));
            if records.len() < first + elements.len() - self.range.start {
                return Err(no_place(&self.written, records.len() + self.range.start));
            }
        }
        Ok(records)
    }
}

/// The error of an element that cannot be put in order.
pub(super) fn no_place(written: &str, index: impl std::fmt::Debug) -> Error {
    Error::msg(format!(
        "{written}: the element at index {index:?} is NaN, which has no place in an order"
    ))
}

/// The same for the element that comes `number`th in a block that begins at `start`.
pub(super) fn no_place_in_block<D: Dimension>(
    written: &str,
    shape: D,
    start: &D,
    number: usize,
) -> Error {
    let mut index = start.clone();
    let mut rest = number;
    for axis in (0..shape.ndim()).rev() {
        index[axis] += rest % shape[axis].max(1);
        rest /= shape[axis].max(1);
    }
    no_place(written, index.slice())
}

/// Keys of a run, at places that look random and are always the same.
#[task(anywhere)]
fn sample<J: Order>(
    order: &J,
    blocks: &[&Array1<J::In>],
    run: &Run,
    count: usize,
) -> Result<Vec<J::Key>> {
    let stretches: Vec<(usize, &[J::In])> = run.stretches(blocks)?.collect();
    let stride = run.range.len().div_ceil(count.max(1)).max(1);
    let places = run.range.clone().step_by(stride).map(|start| {
        // One of the `stride` elements from `start` on, chosen by a hash of the place (Fibonacci hashing).
        let hash = (start as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (start + hash as usize % stride).min(run.range.end - 1)
    });
    let keys = places.filter_map(|index| {
        let at = stretches.partition_point(|stretch| stretch.0 <= index) - 1;
        let (first, elements) = stretches[at];
        // What has no key is told of when the run is divided.
        let record = order.record(&elements[index - first], index)?;
        Some(J::key(&record).clone())
    });
    Ok(keys.collect())
}

#[task(name = "splitters", anywhere)]
fn splitting<K: Ord + Element>(sampled: &[&Vec<K>], count: usize) -> Vec<K> {
    let mut all: Vec<K> = sampled
        .iter()
        .flat_map(|keys| keys.iter().cloned())
        .collect();
    all.sort_unstable();
    choose(&all, count)
}

#[task(anywhere)]
fn divide<J: Order>(
    order: &J,
    blocks: &[&Array1<J::In>],
    run: &Run,
    splitters: &[J::Key],
) -> Result<Divided<J::Record>> {
    let records = run.records(order, blocks)?;
    let splitters = Splitters::new(splitters.to_vec());
    let mut bounds = vec![0; splitters.buckets() + 1];
    let numbers: Vec<u16> = records
        .iter()
        .map(|record| {
            let bucket = splitters.bucket(J::key(record));
            bounds[bucket + 1] += 1;
            bucket as u16
        })
        .collect();
    for bucket in 1..bounds.len() {
        bounds[bucket] += bounds[bucket - 1];
    }
    let mut next = bounds.clone();
    let mut ordered = records.clone();
    for (record, bucket) in records.into_iter().zip(numbers) {
        let place = &mut next[usize::from(bucket)];
        ordered[*place] = record;
        *place += 1;
    }
    Ok(Divided {
        records: ordered,
        first: 0,
        bounds,
        skipped: 0,
    })
}

#[task(anywhere)]
fn counts<R: Element>(run: &Divided<R>) -> Vec<usize> {
    run.bounds
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect()
}

#[task(anywhere)]
fn survey(counts: &[&Vec<usize>]) -> Survey {
    let mut before = Vec::with_capacity(counts.len());
    let mut sums = vec![0; counts.first().map_or(0, |first| first.len())];
    for run in counts {
        before.push(sums.clone());
        for (sum, count) in sums.iter_mut().zip(*run) {
            *sum += count;
        }
    }
    let mut starts = vec![0];
    let mut end = 0;
    for sum in sums {
        end += sum;
        starts.push(end);
    }
    Survey { starts, before }
}

impl Survey {
    /// The buckets with records at these places of the sorted vector.
    fn buckets(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let first = self.starts.partition_point(|&start| start <= range.start) - 1;
        let end = self.starts.partition_point(|&start| start < range.end);
        first..end
    }

    /// Which places inside of a bucket are among these of the sorted vector.
    fn within(&self, bucket: usize, range: &Range<usize>) -> Range<usize> {
        let (start, end) = (self.starts[bucket], self.starts[bucket + 1]);
        range.start.clamp(start, end) - start..range.end.clamp(start, end) - start
    }
}

impl<R> Divided<R> {
    /// What there is of a bucket.
    fn bucket(&self, bucket: usize) -> Range<usize> {
        let at = bucket - self.first;
        self.bounds[at]..self.bounds[at + 1]
    }

    /// The records of a bucket of equal keys that are at the places `within` of it, of which earlier runs take the first `before`.
    fn share(&self, bucket: usize, within: &Range<usize>, before: usize) -> Range<usize> {
        let all = self.bucket(bucket);
        let skipped = if bucket == self.first {
            self.skipped
        } else {
            0
        };
        let first = before + skipped;
        let clamp = |place: usize| place.clamp(first, first + all.len()) - first;
        all.start + clamp(within.start)..all.start + clamp(within.end)
    }
}

/// What a block of the result needs of a run: whole buckets, but of equal keys no more than it takes.
#[task(name = "sort_part", anywhere)]
fn part<R: Element>(
    run: &Divided<R>,
    survey: &Survey,
    number: usize,
    range: Range<usize>,
) -> Divided<R> {
    let buckets = survey.buckets(&range);
    let mut made = Divided {
        records: Vec::new(),
        first: buckets.start,
        bounds: vec![0],
        skipped: 0,
    };
    for bucket in buckets.clone() {
        let all = run.bucket(bucket);
        let taken = if is_uniform(bucket) {
            let within = survey.within(bucket, &range);
            run.share(bucket, &within, survey.before[number][bucket])
        } else {
            all.clone()
        };
        if bucket == buckets.start {
            made.skipped = taken.start - all.start;
        }
        made.records.extend_from_slice(&run.records[taken]);
        made.bounds.push(made.records.len());
    }
    made
}

/// A block of the result.
#[task(name = "sort_gather", anywhere)]
fn gather<J: Order>(
    _order: &J,
    runs: &[&Divided<J::Record>],
    survey: &Survey,
    range: Range<usize>,
) -> Array1<J::Out> {
    let mut sorted: Vec<J::Out> = memory::room(range.len());
    let mut scratch: Vec<J::Record> = Vec::new();
    for bucket in survey.buckets(&range) {
        let within = survey.within(bucket, &range);
        if is_uniform(bucket) {
            for (run, before) in runs.iter().zip(&survey.before) {
                let share = run.share(bucket, &within, before[bucket]);
                sorted.extend(run.records[share].iter().cloned().map(J::finish));
            }
            continue;
        }
        for run in runs {
            scratch.extend_from_slice(&run.records[run.bucket(bucket)]);
        }
        J::sort(&mut scratch);
        sorted.extend(scratch.drain(within).map(J::finish));
        scratch.clear();
    }
    Array1::from_vec(sorted)
}

#[task(name = "sort", anywhere)]
fn sort_at_once<J: Order>(
    order: &J,
    blocks: &[&Array1<J::In>],
    run: &Run,
) -> Result<Array1<J::Out>> {
    let mut records = run.records(order, blocks)?;
    J::sort(&mut records);
    Ok(records.into_iter().map(J::finish).collect())
}

#[task(anywhere)]
fn sorted_part<T: Element>(sorted: &Array1<T>, range: Range<usize>) -> Array1<T> {
    sorted.slice(ndarray::s![range]).to_owned()
}
