//! Which parts of which source blocks make up a block of the result, along one axis.

use dagger_macros::Wire;
use ndarray::Slice;
use std::ops::Range;

use crate::layout::Cuts;

/// A run of elements along one axis of a block that come from one source block.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub(crate) struct Segment {
    /// The source block's number along its axis.
    pub(crate) block: usize,
    /// The part of the source block.
    pub(crate) from: Range<usize>,
    /// Every how many elements of that part; backwards where negative.
    pub(crate) step: isize,
    /// Where they go in the result's block.
    pub(crate) to: Range<usize>,
}

impl Segment {
    /// The part of the source block, for `slice_each_axis`.
    pub(crate) fn source(&self) -> Slice {
        let (start, end) = (self.from.start as isize, self.from.end as isize);
        Slice::new(start, Some(end), self.step)
    }

    /// The part of the result's block, for `slice_each_axis`.
    pub(crate) fn target(&self) -> Slice {
        Slice::from(self.to.clone())
    }
}

/// The elements that a slice of an axis takes: `count` of them, the first at `first`, every `step`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) first: usize,
    pub(crate) step: isize,
    pub(crate) count: usize,
}

impl Taken {
    /// All of an axis.
    pub(crate) fn all(length: usize) -> Self {
        Taken {
            first: 0,
            step: 1,
            count: length,
        }
    }

    /// The index, along the source's axis, of the taken element `i`.
    fn index(self, i: usize) -> usize {
        (self.first as isize + self.step * i as isize) as usize
    }

    /// How many of the taken elements, from number `i` on, lie in the source's elements `range`, in which `i` lies.
    fn run(self, i: usize, range: &Range<usize>) -> usize {
        let at = self.index(i);
        let room = if self.step > 0 {
            range.end - 1 - at
        } else {
            at - range.start
        };
        (room / self.step.unsigned_abs() + 1).min(self.count - i)
    }

    /// The segments of the taken elements `wanted`, of an axis cut at `cuts`.
    pub(crate) fn segments(self, cuts: &[usize], wanted: Range<usize>) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut i = wanted.start;
        while i < wanted.end {
            let at = self.index(i);
            let block = cuts.partition_point(|&cut| cut <= at) - 1;
            let range = cuts[block]..cuts[block + 1];
            let count = self.run(i, &range).min(wanted.end - i);
            let last = self.index(i + count - 1);
            let (low, high) = (at.min(last), at.max(last));
            segments.push(Segment {
                block,
                from: low - range.start..high + 1 - range.start,
                step: self.step,
                to: i - wanted.start..i + count - wanted.start,
            });
            i += count;
        }
        if segments.is_empty() {
            // An empty block still needs something to be made of.
            segments.push(Segment {
                block: 0,
                from: 0..0,
                step: 1,
                to: 0..0,
            });
        }
        segments
    }

    /// Where the result is cut so that no block of it needs elements of two source blocks.
    pub(crate) fn cuts(self, cuts: &[usize]) -> Cuts {
        let all = self.segments(cuts, 0..self.count);
        let ends = all.iter().map(|segment| segment.to.end);
        std::iter::once(0).chain(ends).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn segments_give_the_elements_of_the_slice(
            edges in prop::collection::vec(1_usize..5, 1..6),
            first in 0_usize..100,
            step in prop_oneof![-4_isize..=-1, 1_isize..=4],
            count in 0_usize..100,
            wanted in (0_usize..30, 0_usize..30),
        ) {
            let cuts: Vec<usize> = std::iter::once(0)
                .chain(edges.iter().scan(0, |sum, edge| { *sum += edge; Some(*sum) }))
                .collect();
            let length = cuts[cuts.len() - 1];
            let first = first % length;
            let most = if step > 0 { length - 1 - first } else { first } / step.unsigned_abs() + 1;
            let taken = Taken { first, step, count: count.min(most) };
            let start = wanted.0.min(taken.count);
            let end = (start + wanted.1).min(taken.count);
            let mut found = Vec::new();
            for segment in taken.segments(&cuts, start..end) {
                prop_assert_eq!(found.len(), segment.to.start);
                let block: Vec<usize> = (cuts[segment.block]..cuts[segment.block + 1]).collect();
                let view = ndarray::aview1(&block);
                found.extend(view.slice_axis(ndarray::Axis(0), segment.source()).iter().copied());
                prop_assert_eq!(found.len(), segment.to.end);
            }
            let expected: Vec<usize> = (start..end).map(|i| taken.index(i)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
