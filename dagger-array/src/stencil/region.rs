//! Boxes of elements, by their coordinates in the whole array.
//!
//! Coordinates may be negative or beyond the end: where an axis wraps, the array goes on there.

use std::ops::Range;

/// From where to where along an axis.
pub(super) type Span = Range<isize>;

/// `ndarray`'s shapes of a fixed number of axes have up to six; a walk over rows may add one at either end.
const MOST_AXES: usize = 8;

/// A box of elements: a span along every axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region(pub(super) Vec<Span>);

impl Region {
    /// The box with this first element and shape.
    pub(super) fn at(start: &[isize], shape: &[usize]) -> Self {
        let spans = start.iter().zip(shape);
        Region(
            spans
                .map(|(&start, &length)| start..start + length.cast_signed())
                .collect(),
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().any(Range::is_empty)
    }

    /// The lengths of its edges.
    pub(super) fn lengths(&self) -> Vec<usize> {
        self.0.iter().map(|span| span.len()).collect()
    }

    /// The box with `margin` more at both ends of each axis.
    pub(super) fn expanded(&self, margin: &[isize]) -> Region {
        let spans = self.0.iter().zip(margin);
        Region(
            spans
                .map(|(span, margin)| span.start - margin..span.end + margin)
                .collect(),
        )
    }

    /// What it has in common with another.
    pub(super) fn intersection(&self, other: &Region) -> Region {
        let spans = self.0.iter().zip(&other.0);
        Region(
            spans
                .map(|(a, b)| a.start.max(b.start)..a.end.min(b.end))
                .collect(),
        )
    }

    /// What is left without `inner`, a part of it: disjoint boxes.
    pub(super) fn without(&self, inner: &Region) -> Vec<Region> {
        if inner.is_empty() {
            return vec![self.clone()];
        }
        let mut rest = self.clone();
        let mut parts = Vec::new();
        for (axis, span) in inner.0.iter().enumerate() {
            let outer = rest.0[axis].clone();
            for end in [outer.start..span.start, span.end..outer.end] {
                let mut part = rest.clone();
                part.0[axis] = end;
                if !part.is_empty() {
                    parts.push(part);
                }
            }
            rest.0[axis] = span.clone();
        }
        parts
    }

    /// Pieces of at most these edges.
    pub(super) fn tiles(&self, edges: &[isize]) -> Vec<Region> {
        let mut tiles = vec![Region(Vec::new())];
        for (span, &edge) in self.0.iter().zip(edges) {
            let pieces = (span.len().cast_signed() + edge - 1) / edge.max(1);
            tiles = tiles
                .into_iter()
                .flat_map(|tile| {
                    (0..pieces).map(move |piece| {
                        let mut tile = tile.clone();
                        let start = span.start + piece * edge;
                        tile.0.push(start..(start + edge).min(span.end));
                        tile
                    })
                })
                .collect();
        }
        tiles
    }

    /// Calls `visit` with the first element of every row along the last axis, row by row.
    pub(super) fn for_each_row(&self, mut visit: impl FnMut(&[isize])) {
        if self.is_empty() {
            return;
        }
        let axes = self.0.len();
        let mut index = [0; MOST_AXES];
        for (at, span) in index.iter_mut().zip(&self.0) {
            *at = span.start;
        }
        let last = axes - 1;
        'rows: loop {
            visit(&index[..axes]);
            for axis in (0..last).rev() {
                index[axis] += 1;
                if index[axis] < self.0[axis].end {
                    continue 'rows;
                }
                index[axis] = self.0[axis].start;
            }
            return;
        }
    }
}

/// The distances, in elements, of neighbours along each axis of a box in row-major order.
pub(super) fn strides(lengths: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; lengths.len()];
    for axis in (1..lengths.len()).rev() {
        strides[axis - 1] = strides[axis] * lengths[axis];
    }
    strides
}

/// Where the element at `index` lies in a box that begins at `start`, along as many axes as both have.
pub(super) fn offset(index: &[isize], start: &[Span], strides: &[usize]) -> usize {
    let along = index.iter().zip(start).zip(strides);
    along
        .map(|((at, span), stride)| (at - span.start).cast_unsigned() * stride)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn elements(region: &Region) -> Vec<Vec<isize>> {
        let mut all = Vec::new();
        region.for_each_row(|first| {
            let (last, span) = (first.len() - 1, region.0.last().cloned().unwrap_or(0..0));
            for x in span {
                let mut element = first.to_vec();
                element[last] = x;
                all.push(element);
            }
        });
        all
    }

    proptest! {
        #[test]
        fn parts_and_tiles_have_every_element_once(
            outer in prop::collection::vec((-3_isize..3, 0_isize..6), 1..4),
            inner in prop::collection::vec((0_isize..4, 0_isize..4), 3),
            edges in prop::collection::vec(1_isize..4, 3),
        ) {
            let outer = Region(outer.into_iter().map(|(start, length)| start..start + length).collect());
            let spans = outer.0.iter().zip(inner);
            let inner = Region(spans.map(|(span, (low, high))| {
                (span.start + low).min(span.end)..(span.end - high).max(span.start)
            }).collect());
            let mut expected = elements(&outer);
            expected.sort();
            let mut parts = outer.without(&inner);
            if !inner.is_empty() {
                parts.push(inner);
            }
            for regions in [parts, outer.tiles(&edges)] {
                let count: usize = regions.iter().map(|region| region.lengths().iter().product::<usize>()).sum();
                let mut found: Vec<_> = regions.iter().flat_map(elements).collect();
                found.sort();
                prop_assert_eq!(count, found.len());
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}
