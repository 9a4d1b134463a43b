//! Which parts of which blocks a block needs from others: strips, never whole blocks that are larger.

use ndarray::{Array, Dimension};
use std::ops::Range;

use dagger_macros::{spawn, task};

use super::block::Pass;
use crate::array::Block;
use crate::element::Element;
use crate::layout::Layout;

/// A run of elements along an axis, in one block.
#[derive(Clone, Debug)]
struct Run {
    /// The block's number along the axis.
    block: usize,
    /// The elements in the block.
    part: Range<usize>,
    /// Where they stand for the one who needs them: outside of the array, if they come from its other end.
    start: isize,
}

/// The parts of others' blocks that a block needs for a pass, and where they stand.
pub(super) fn strips<T: Element, D: Dimension + 'static>(
    pass: &Pass<T>,
    layout: &Layout<D>,
    position: &[usize],
    blocks: &[Block<T, D>],
) -> (Vec<Block<T, D>>, Vec<Vec<isize>>) {
    let runs: Vec<Vec<Run>> = (0..layout.ndim())
        .map(|axis| {
            let margin = (pass.radius[axis] * pass.sweeps).cast_signed();
            let own = layout.range(axis, position[axis]);
            let wanted = own.start.cast_signed() - margin..own.end.cast_signed() + margin;
            along(layout.cuts(axis), wanted, pass.boundary[axis].wraps())
        })
        .collect();
    let mut strips = Vec::new();
    let mut starts = Vec::new();
    let mut choice = vec![0; runs.len()];
    loop {
        let chosen: Vec<&Run> = choice
            .iter()
            .zip(&runs)
            .map(|(&at, runs)| &runs[at])
            .collect();
        let start: Vec<isize> = chosen.iter().map(|run| run.start).collect();
        let own = start
            .iter()
            .zip(&pass.start)
            .all(|(at, own)| *at == own.cast_signed());
        if !own {
            strips.push(strip_of(layout, &chosen, blocks));
            starts.push(start);
        }
        let Some(axis) = (0..runs.len())
            .rev()
            .find(|&axis| choice[axis] + 1 < runs[axis].len())
        else {
            return (strips, starts);
        };
        choice[axis] += 1;
        choice[axis + 1..].fill(0);
    }
}

/// The task of a strip; of the block itself, if that is just what is needed.
fn strip_of<T: Element, D: Dimension + 'static>(
    layout: &Layout<D>,
    runs: &[&Run],
    blocks: &[Block<T, D>],
) -> Block<T, D> {
    let position: Vec<usize> = runs.iter().map(|run| run.block).collect();
    let block = &blocks[layout.number(&position)];
    let all = runs
        .iter()
        .enumerate()
        .all(|(axis, run)| run.part.len() == layout.range(axis, run.block).len());
    if all {
        return block.clone();
    }
    let parts: Vec<Range<usize>> = runs.iter().map(|run| run.part.clone()).collect();
    spawn!(halo(block, parts))
}

/// The runs that make up the elements `wanted` of an axis with these cuts; those outside of it only if it wraps.
fn along(cuts: &[usize], wanted: Range<isize>, wraps: bool) -> Vec<Run> {
    let length = cuts[cuts.len() - 1].cast_signed();
    let (mut at, end) = match wraps {
        true => (wanted.start, wanted.end),
        false => (wanted.start.max(0), wanted.end.min(length)),
    };
    let mut runs = Vec::new();
    while at < end {
        let index = at.rem_euclid(length).cast_unsigned();
        let block = cuts.partition_point(|&cut| cut <= index) - 1;
        let count = (cuts[block + 1] - index).min((end - at).cast_unsigned());
        let first = index - cuts[block];
        runs.push(Run {
            block,
            part: first..first + count,
            start: at,
        });
        at += count.cast_signed();
    }
    runs
}

/// A part of a block.
#[task(anywhere)]
fn halo<T: Element, D: Dimension + 'static>(
    block: &Array<T, D>,
    parts: Vec<Range<usize>>,
) -> Array<T, D> {
    let part = block.slice_each_axis(|axis| parts[axis.axis.index()].clone().into());
    part.as_standard_layout().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_the_elements_that_are_wanted(
            edges in prop::collection::vec(1_usize..5, 1..5),
            block in 0_usize..5,
            margin in 0_isize..30,
            wraps in any::<bool>(),
        ) {
            let mut cuts = vec![0];
            for edge in edges {
                cuts.push(cuts[cuts.len() - 1] + edge);
            }
            let block = block % (cuts.len() - 1);
            let (start, end) = (cuts[block].cast_signed(), cuts[block + 1].cast_signed());
            let length = cuts[cuts.len() - 1].cast_signed();
            let runs = along(&cuts, start - margin..end + margin, wraps);
            let mut found = Vec::new();
            for run in &runs {
                prop_assert_eq!(run.start, start - margin.min(if wraps { margin } else { start }) + found.len().cast_signed());
                found.extend(run.part.clone().map(|at| (cuts[run.block] + at).cast_signed()));
            }
            let wanted = (start - margin..end + margin).filter(|at| wraps || (0..length).contains(at));
            let expected: Vec<isize> = wanted.map(|at| at.rem_euclid(length)).collect();
            prop_assert_eq!(found, expected);
            // The block itself is a run of its own.
            prop_assert!(runs.iter().any(|run| run.start == start && run.block == block && run.part == (0..cuts[block + 1] - cuts[block])));
        }
    }
}
