//! Dependence patterns: which points of a row need which of the row before.
//!
//! The definitions are those of the original's core. They are written once, for both directions: the dependences of
//! a point, and the points of the next row that depend on it. They do not look at how wide the two rows are;
//! whoever asks takes only the part that lies in the row ([`TaskGraph::inputs`]).

use crate::graph::{Interval, TaskGraph};
use crate::uniform::uniform;
use dagger::prelude::Wire;

/// The shape of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
pub enum Pattern {
    /// No dependences at all.
    Trivial,
    /// Each point needs itself.
    NoComm,
    /// Each point needs itself and its neighbours.
    Stencil1d,
    /// The same on a ring.
    Stencil1dPeriodic,
    /// A sweep over a domain: each point needs itself and its left neighbour, along a diagonal that moves.
    Dom,
    /// A binary tree from the root down.
    Tree,
    /// The butterflies of a fast Fourier transform.
    Fft,
    /// Each point needs all.
    AllToAll,
    /// Each point needs the `radix` nearest.
    Nearest,
    /// Each point needs `radix` points spread evenly, others in each row of a period.
    Spread,
    /// Each point needs itself and each of the `radix` nearest with the probability `fraction`.
    RandomNearest,
}

/// All patterns with the names that `-type` knows. The original knows one name more, `random_spread`, and stops
/// when it meets it: it has no definition.
pub const NAMES: &[(&str, Pattern)] = &[
    ("all_to_all", Pattern::AllToAll),
    ("dom", Pattern::Dom),
    ("fft", Pattern::Fft),
    ("nearest", Pattern::Nearest),
    ("no_comm", Pattern::NoComm),
    ("random_nearest", Pattern::RandomNearest),
    ("spread", Pattern::Spread),
    ("stencil_1d", Pattern::Stencil1d),
    ("stencil_1d_periodic", Pattern::Stencil1dPeriodic),
    ("tree", Pattern::Tree),
    ("trivial", Pattern::Trivial),
];

impl Pattern {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, pattern)| *pattern == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether its dependences change from row to row with a period that the user chooses.
    pub fn needs_period(self) -> bool {
        matches!(self, Pattern::Spread | Pattern::RandomNearest)
    }
}

/// Which way to look along the dependences.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    /// From a point to what it needs.
    Inputs,
    /// From a point to what needs it.
    Outputs,
}

impl TaskGraph {
    /// What `point` needs under dependence set `set`, in intervals, in the order of the inputs.
    pub fn dependencies(&self, set: i64, point: i64) -> Vec<Interval> {
        self.look(Towards::Inputs, set, point)
    }

    /// What needs `point` under dependence set `set`.
    pub fn reverse_dependencies(&self, set: i64, point: i64) -> Vec<Interval> {
        self.look(Towards::Outputs, set, point)
    }

    /// What the task (`step`, `point`) needs: only points that the row before has.
    pub fn inputs(&self, step: i64, point: i64) -> impl Iterator<Item = Interval> {
        let before = self.row(step - 1);
        let all = match before {
            Some(_) => self.dependencies(self.set_at(step), point),
            None => Vec::new(),
        };
        all.into_iter()
            .filter_map(move |interval| interval.meet(before?))
    }

    fn look(&self, towards: Towards, set: i64, point: i64) -> Vec<Interval> {
        let (width, radix) = (self.width, self.radix);
        let inputs = towards == Towards::Inputs;
        // So many points below and above this one, as far as there are points; mirrored when looking the other way.
        let around = |below: i64, above: i64| {
            let (below, above) = if inputs {
                (below, above)
            } else {
                (above, below)
            };
            let wanted = Interval {
                first: point - below,
                last: point + above,
            };
            wanted.meet(self.points())
        };
        match self.pattern {
            Pattern::Trivial => Vec::new(),
            Pattern::NoComm => vec![Interval::point(point)],
            Pattern::Stencil1d => around(1, 1).into_iter().collect(),
            Pattern::Stencil1dPeriodic => {
                let beyond_first = (point == 0).then(|| Interval::point(width - 1));
                let beyond_last = (point == width - 1).then(|| Interval::point(0));
                [around(1, 1), beyond_first, beyond_last]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Pattern::Dom => around(1, 0).into_iter().collect(),
            Pattern::Tree if inputs => vec![Interval::point(point / 2)],
            Pattern::Tree => {
                let children = Interval {
                    first: 2 * point,
                    last: 2 * point + 1,
                };
                children.meet(self.points()).into_iter().collect()
            }
            Pattern::Fft => {
                let far = 1 << set;
                [point - far, point, point + far]
                    .into_iter()
                    .filter_map(|other| Interval::point(other).meet(self.points()))
                    .collect()
            }
            Pattern::AllToAll => vec![self.points()],
            Pattern::Nearest if radix == 0 => Vec::new(),
            Pattern::Nearest => around(radix / 2, (radix - 1) / 2).into_iter().collect(),
            Pattern::Spread => (0..radix)
                .map(|leg| {
                    let turn = if leg > 0 { set } else { 0 };
                    let far = leg * width / radix + turn;
                    let other = if inputs { point + far } else { point - far };
                    Interval::point(other.rem_euclid(width))
                })
                .collect(),
            Pattern::RandomNearest if radix == 0 => Vec::new(),
            Pattern::RandomNearest => runs(
                around(radix / 2, (radix - 1) / 2)
                    .into_iter()
                    .flat_map(Interval::points)
                    .filter(|&other| {
                        let (from, to) = if inputs {
                            (other, point)
                        } else {
                            (point, other)
                        };
                        self.is_connected(set, from, to)
                    }),
            ),
        }
    }

    /// Whether `random_nearest` has a dependence of `to` on `from`.
    fn is_connected(&self, set: i64, from: i64, to: i64) -> bool {
        from == to || uniform(&[self.index, self.radix, set, from, to]) < self.fraction
    }

    /// All points of the widest row.
    pub fn points(&self) -> Interval {
        Interval {
            first: 0,
            last: self.width - 1,
        }
    }
}

/// Ascending points as intervals of consecutive ones.
fn runs(points: impl Iterator<Item = i64>) -> Vec<Interval> {
    let mut runs: Vec<Interval> = Vec::new();
    for point in points {
        match runs.last_mut() {
            Some(run) if run.last + 1 == point => run.last = point,
            _ => runs.push(Interval::point(point)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `random_nearest` of radix 5 and fraction ½ over twelve points: graph 0, set 0.
    const FIRST: [&[i64]; 12] = [
        &[0, 1, 2],
        &[0, 1, 3],
        &[2, 4],
        &[2, 3, 4, 5],
        &[4, 5],
        &[5],
        &[6, 7, 8],
        &[5, 7, 9],
        &[6, 7, 8, 9, 10],
        &[8, 9, 10],
        &[8, 10],
        &[10, 11],
    ];
    /// Graph 1, set 2.
    const SECOND: [&[i64]; 12] = [
        &[0, 1, 2],
        &[0, 1],
        &[2, 3],
        &[2, 3, 4],
        &[3, 4],
        &[3, 4, 5, 7],
        &[5, 6, 8],
        &[7],
        &[6, 8],
        &[9, 11],
        &[10, 11],
        &[10, 11],
    ];

    fn graph(pattern: Pattern, width: i64, radix: i64) -> TaskGraph {
        TaskGraph {
            pattern,
            width,
            radix,
            period: if pattern.needs_period() { 3 } else { 0 },
            fraction: 0.5,
            ..TaskGraph::new(0)
        }
    }

    fn pairs(intervals: Vec<Interval>) -> Vec<(i64, i64)> {
        intervals
            .into_iter()
            .map(|interval| (interval.first, interval.last))
            .collect()
    }

    fn edges(list: impl IntoIterator<Item = Interval>) -> Vec<i64> {
        list.into_iter().flat_map(Interval::points).collect()
    }

    /// Edges found by asking every point, in one direction, against every point in the other.
    #[test]
    fn reverse_dependences_are_the_inverse() {
        for &(name, pattern) in NAMES {
            for width in 1..=17 {
                for radix in 0..=6 {
                    let unfit = match pattern {
                        Pattern::Fft => width < 2,
                        Pattern::Spread => radix == 0 || radix > width,
                        _ => false,
                    };
                    if unfit {
                        continue;
                    }
                    let graph = graph(pattern, width, radix);
                    for set in 0..graph.sets() {
                        let forth: BTreeSet<(i64, i64)> = (0..width)
                            .flat_map(|to| {
                                edges(graph.dependencies(set, to))
                                    .into_iter()
                                    .map(move |from| (from, to))
                            })
                            .collect();
                        let back: BTreeSet<(i64, i64)> = (0..width)
                            .flat_map(|from| {
                                edges(graph.reverse_dependencies(set, from))
                                    .into_iter()
                                    .map(move |to| (from, to))
                            })
                            .collect();
                        assert_eq!(
                            forth, back,
                            "{name}, width {width}, radix {radix}, set {set}"
                        );
                        assert!(
                            forth
                                .iter()
                                .all(|(from, to)| (0..width).contains(from)
                                    && (0..width).contains(to))
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn neighbours_end_at_the_border() {
        let stencil = graph(Pattern::Stencil1d, 4, 3);
        let all: Vec<_> = (0..4)
            .map(|point| pairs(stencil.dependencies(0, point)))
            .collect();
        assert_eq!(
            all,
            [vec![(0, 1)], vec![(0, 2)], vec![(1, 3)], vec![(2, 3)]]
        );
        let dom = graph(Pattern::Dom, 4, 3);
        assert_eq!(pairs(dom.dependencies(0, 0)), [(0, 0)]);
        assert_eq!(pairs(dom.dependencies(0, 2)), [(1, 2)]);
        assert_eq!(pairs(dom.reverse_dependencies(0, 3)), [(3, 3)]);
        assert_eq!(
            pairs(graph(Pattern::NoComm, 4, 3).dependencies(0, 2)),
            [(2, 2)]
        );
        assert_eq!(
            pairs(graph(Pattern::AllToAll, 4, 3).dependencies(0, 2)),
            [(0, 3)]
        );
        assert_eq!(pairs(graph(Pattern::Trivial, 4, 3).dependencies(0, 2)), []);
    }

    #[test]
    fn a_ring_has_no_border() {
        let ring = graph(Pattern::Stencil1dPeriodic, 5, 3);
        assert_eq!(pairs(ring.dependencies(0, 0)), [(0, 1), (4, 4)]);
        assert_eq!(pairs(ring.dependencies(0, 2)), [(1, 3)]);
        assert_eq!(pairs(ring.dependencies(0, 4)), [(3, 4), (0, 0)]);
    }

    #[test]
    fn a_tree_halves() {
        let tree = graph(Pattern::Tree, 7, 3);
        assert_eq!(pairs(tree.dependencies(0, 5)), [(2, 2)]);
        assert_eq!(pairs(tree.dependencies(0, 0)), [(0, 0)]);
        assert_eq!(pairs(tree.reverse_dependencies(0, 2)), [(4, 5)]);
        assert_eq!(pairs(tree.reverse_dependencies(0, 3)), [(6, 6)]);
        assert_eq!(pairs(tree.reverse_dependencies(0, 4)), []);
    }

    #[test]
    fn butterflies_reach_a_power_of_two() {
        let fft = graph(Pattern::Fft, 8, 3);
        assert_eq!(edges(fft.dependencies(1, 0)), [0, 2]);
        assert_eq!(edges(fft.dependencies(1, 3)), [1, 3, 5]);
        assert_eq!(edges(fft.dependencies(2, 7)), [3, 7]);
    }

    #[test]
    fn an_even_radix_leans_to_the_lower_points() {
        let near = |radix| {
            let graph = graph(Pattern::Nearest, 10, radix);
            (
                pairs(graph.dependencies(0, 5)),
                pairs(graph.reverse_dependencies(0, 5)),
            )
        };
        assert_eq!(near(0), (vec![], vec![]));
        assert_eq!(near(1), (vec![(5, 5)], vec![(5, 5)]));
        assert_eq!(near(2), (vec![(4, 5)], vec![(5, 6)]));
        assert_eq!(near(4), (vec![(3, 6)], vec![(4, 7)]));
        assert_eq!(near(5), (vec![(3, 7)], vec![(3, 7)]));
    }

    #[test]
    fn a_spread_turns_with_the_set() {
        // The legs of eight points in three are at 0, 8 / 3 = 2 and 16 / 3 = 5.
        let spread = graph(Pattern::Spread, 8, 3);
        assert_eq!(edges(spread.dependencies(0, 1)), [1, 3, 6]);
        assert_eq!(edges(spread.dependencies(1, 1)), [1, 4, 7]);
        assert_eq!(edges(spread.dependencies(1, 6)), [6, 1, 4]);
        assert_eq!(edges(spread.reverse_dependencies(1, 1)), [1, 6, 3]);
    }

    #[test]
    fn random_neighbours_are_those_of_the_hash() {
        // Found with another implementation of MurmurHash3 and the original's definition.
        let listed = |index, set| -> Vec<Vec<i64>> {
            let graph = TaskGraph {
                index,
                ..graph(Pattern::RandomNearest, 12, 5)
            };
            (0..12)
                .map(|point| edges(graph.dependencies(set, point)))
                .collect()
        };
        assert_eq!(listed(0, 0), FIRST);
        assert_eq!(listed(1, 2), SECOND);
    }

    #[test]
    fn the_fraction_goes_from_itself_to_all() {
        let with = |fraction| TaskGraph {
            fraction,
            ..graph(Pattern::RandomNearest, 12, 5)
        };
        let nearest = graph(Pattern::Nearest, 12, 5);
        for point in 0..12 {
            assert_eq!(pairs(with(0.0).dependencies(0, point)), [(point, point)]);
            assert_eq!(
                with(1.0).dependencies(0, point),
                nearest.dependencies(0, point)
            );
        }
    }

    #[test]
    fn inputs_are_in_the_row_before() {
        let stencil = graph(Pattern::Stencil1d, 4, 3);
        assert_eq!(stencil.inputs(0, 1).count(), 0);
        assert_eq!(edges(stencil.inputs(1, 1)), [0, 1, 2]);
        let dom = TaskGraph {
            steps: 5,
            ..graph(Pattern::Dom, 3, 3)
        };
        // Row 1 has points 0 and 1, row 0 only point 0; row 4 has point 2, row 3 points 1 and 2.
        assert_eq!(edges(dom.inputs(1, 1)), [0]);
        assert_eq!(edges(dom.inputs(4, 2)), [1, 2]);
    }
}
