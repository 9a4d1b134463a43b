//! How many elements lie in each of a row of bins.

use dagger_core::{Error, Result, Task};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array, Array1, Dimension};
use num_traits::ToPrimitive;
use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;

use super::exchange::no_place_in_block;
use super::vector::written;
use crate::array::DArray;
use crate::element::Element;
use crate::layout::Axes;
use crate::mistake::{failed_task, mistake_at};

/// The bins of a histogram.
#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Bins {
    /// So many of equal width, from the least element to the greatest.
    Count(usize),
    /// So many of equal width between two values; what lies outside is not counted.
    Between(usize, Range<f64>),
    /// Between neighbouring edges, which ascend; what lies outside is not counted.
    Edges(Vec<f64>),
}

impl From<usize> for Bins {
    fn from(count: usize) -> Self {
        Bins::Count(count)
    }
}

impl From<(usize, Range<f64>)> for Bins {
    fn from((count, range): (usize, Range<f64>)) -> Self {
        Bins::Between(count, range)
    }
}

impl From<Vec<f64>> for Bins {
    fn from(edges: Vec<f64>) -> Self {
        Bins::Edges(edges)
    }
}

/// Counts of the elements in bins.
#[derive(Clone, Debug, PartialEq, Wire)]
pub struct Histogram {
    /// How many elements each bin holds.
    pub counts: Array1<u64>,
    /// The edges of the bins: one more than there are bins.
    pub edges: Array1<f64>,
}

impl<T: Element + ToPrimitive, D: Dimension + 'static> DArray<T, D> {
    /// How many elements lie in each bin: `a.histogram(10)`, `a.histogram((10, 0.0..1.0))`, `a.histogram(vec![0.0, 1.0, 10.0])`.
    ///
    /// A bin holds its left edge but not its right one; the last holds both, as numpy's does. Elements that are all the same get
    /// bins from half below to half above them, and no elements get bins from 0 to 1.
    ///
    /// # Errors
    /// No bins; edges that do not ascend or are not finite; with a bare number, a least or greatest element that is not finite; a NaN:
    /// the task fails.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::arr1;
    /// let v = DArray::distribute(&arr1(&[0.0, 0.5, 1.0, 2.0]), Blocks([3]));
    /// let histogram = v.histogram(2).fetch()?;
    /// assert_eq!(histogram.counts, arr1(&[2, 2]));
    /// assert_eq!(histogram.edges, arr1(&[0.0, 1.0, 2.0]));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    #[track_caller]
    pub fn histogram(&self, bins: impl Into<Bins>) -> Task<Histogram> {
        let place = Location::caller();
        match self.counted_in(bins.into(), place) {
            Ok(histogram) => histogram,
            Err(error) => failed_task(error),
        }
    }

    fn counted_in(&self, bins: Bins, place: &Location<'_>) -> Result<Task<Histogram>> {
        let (blocks, layout) = (self.parts()?, self.layout());
        if let Err(what) = bins.check() {
            return Err(mistake_at(place, "histogram", what));
        }
        let written = written("histogram", place);
        let starts = {
            let mut starts = Vec::with_capacity(blocks.len());
            layout.for_each(|position| starts.push(Axes(layout.place(position.slice()).start)));
            starts
        };
        let edges: Task<Arc<[f64]>> = match bins {
            Bins::Count(count) => {
                let ranges: Vec<Task<Option<(f64, f64)>>> = blocks
                    .iter()
                    .zip(&starts)
                    .map(|(block, start)| {
                        let (start, written) = (start.clone(), Arc::clone(&written));
                        spawn!(extent(block, start, written))
                    })
                    .collect();
                let written = Arc::clone(&written);
                spawn!(equal_bins(ranges, count, written))
            }
            Bins::Between(count, range) => spawn!(bins_between(count, range)),
            Bins::Edges(edges) => spawn!(given_edges(edges)),
        };
        let counts: Vec<Task<Vec<u64>>> = blocks
            .iter()
            .zip(starts)
            .map(|(block, start)| {
                let written = Arc::clone(&written);
                spawn!(count_in_bins(block, &edges, start, written))
            })
            .collect();
        Ok(spawn!(histogram(counts, edges)))
    }
}

impl Bins {
    /// What is wrong with them.
    fn check(&self) -> std::result::Result<(), String> {
        let ascend = |edges: &[f64]| {
            edges.iter().all(|edge| edge.is_finite()) && edges.is_sorted_by(|a, b| a <= b)
        };
        match self {
            Bins::Count(0) | Bins::Between(0, _) => Err("no bins".into()),
            Bins::Between(_, range) if !ascend(&[range.start, range.end]) => {
                Err(format!("bins between {} and {}", range.start, range.end))
            }
            Bins::Edges(edges) if edges.len() < 2 => {
                Err(format!("{} edges make no bins", edges.len()))
            }
            Bins::Edges(edges) if !ascend(edges) => {
                Err(format!("the edges {edges:?} are not finite and ascending"))
            }
            _ => Ok(()),
        }
    }
}

/// Edges of `count` bins of equal width; a range without width is made 1 wide.
fn equal_edges(count: usize, low: f64, high: f64) -> Arc<[f64]> {
    let (low, high) = match low < high {
        true => (low, high),
        false => (low - 0.5, high + 0.5),
    };
    // Halves, as the difference of the two may overflow.
    let width = (high / 2.0 - low / 2.0) / count as f64;
    let edge = |i: usize| match i == count {
        true => high,
        false => low + width * i as f64 + width * i as f64,
    };
    (0..=count).map(edge).collect()
}

/// The elements as floats; the first NaN ends them with an error.
fn as_floats<T: ToPrimitive, D: Dimension>(
    block: &Array<T, D>,
    start: &D,
    written: &str,
    mut visit: impl FnMut(f64),
) -> Result<()> {
    for (number, element) in block.iter().enumerate() {
        match element.to_f64() {
            Some(value) if !value.is_nan() => visit(value),
            _ => {
                return Err(no_place_in_block(written, block.raw_dim(), start, number));
            }
        }
    }
    Ok(())
}

/// The least and the greatest element.
#[task(name = "histogram_range", anywhere)]
fn extent<T: Element + ToPrimitive, D: Dimension + 'static>(
    block: &Array<T, D>,
    start: Axes<D>,
    written: Arc<str>,
) -> Result<Option<(f64, f64)>> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    as_floats(block, &start.0, &written, |value| {
        low = low.min(value);
        high = high.max(value);
    })?;
    Ok((!block.is_empty()).then_some((low, high)))
}

#[task(name = "histogram_bins", anywhere)]
fn equal_bins(
    ranges: &[&Option<(f64, f64)>],
    count: usize,
    written: Arc<str>,
) -> Result<Arc<[f64]>> {
    let ranges = ranges.iter().filter_map(|range| **range);
    let whole = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (low, high) = whole.unwrap_or((0.0, 1.0));
    if !(low.is_finite() && high.is_finite()) {
        return Err(Error::msg(format!(
            "{written}: elements from {low} to {high} cannot be put in equal bins; give the range or the edges"
        )));
    }
    Ok(equal_edges(count, low, high))
}

#[task(name = "histogram_bins", anywhere)]
fn bins_between(count: usize, range: Range<f64>) -> Arc<[f64]> {
    equal_edges(count, range.start, range.end)
}

#[task(name = "histogram_bins", anywhere)]
fn given_edges(edges: Vec<f64>) -> Arc<[f64]> {
    edges.into()
}

#[task(anywhere)]
fn count_in_bins<T: Element + ToPrimitive, D: Dimension + 'static>(
    block: &Array<T, D>,
    edges: &Arc<[f64]>,
    start: Axes<D>,
    written: Arc<str>,
) -> Result<Vec<u64>> {
    let bins = edges.len() - 1;
    let (low, high) = (edges[0], edges[bins]);
    let mut counts = vec![0; bins];
    // Right for bins of equal width, and somewhere to begin the search for others.
    let scale = bins as f64 / (high - low);
    as_floats(block, &start.0, &written, |value| {
        if value < low || value > high {
            return;
        }
        let mut bin = (((value - low) * scale) as usize).min(bins - 1);
        let holds = |bin: usize| edges[bin] <= value && value < edges[bin + 1];
        if !holds(bin) {
            // One step aside is rounding; anything else is for bins of different widths.
            bin = match bin {
                bin if bin > 0 && holds(bin - 1) => bin - 1,
                bin if bin + 1 < bins && holds(bin + 1) => bin + 1,
                _ => edges.partition_point(|edge| *edge <= value).min(bins) - 1,
            };
        }
        counts[bin] += 1;
    })?;
    Ok(counts)
}

#[task(anywhere)]
fn histogram(counts: &[&Vec<u64>], edges: &Arc<[f64]>) -> Histogram {
    let mut sum = Array1::zeros(edges.len() - 1);
    for block in counts {
        for (sum, count) in sum.iter_mut().zip(*block) {
            *sum += count;
        }
    }
    Histogram {
        counts: sum,
        edges: edges.iter().copied().collect(),
    }
}
