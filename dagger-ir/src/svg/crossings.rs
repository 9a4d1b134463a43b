//! Orders every row so that few edges cross.
//!
//! Sweeps down and up, each item moving to the mean place of what it is joined
//! to (the barycentre heuristic), then swaps of neighbours while that helps.
//! The best order seen is kept. It is a heuristic: the least number of
//! crossings is not promised.

use super::layers::Layers;

/// Sweeps that bring nothing before the search ends.
const PATIENCE: usize = 4;
/// Links looked at in all sweeps together, so that a huge graph is drawn in seconds.
const WORK: usize = 1 << 23;

/// Reorders `layers.rows`.
pub(super) fn reduce(layers: &mut Layers) {
    let mut ranks = layers.ranks();
    let mut best = layers.rows.clone();
    let mut fewest = count(layers, &ranks);
    let mut without_gain = 0;
    let work_per_sweep = layers.len() + 3 * layers.links.edge_count() + 1;
    for sweep in 0..(WORK / work_per_sweep).clamp(2, 40) {
        if fewest == 0 || without_gain > PATIENCE {
            break;
        }
        let depth = layers.rows.len();
        if sweep % 2 == 0 {
            (1..depth).for_each(|row| sort_row(layers, row, &mut ranks, Side::Above));
        } else {
            (0..depth - 1)
                .rev()
                .for_each(|row| sort_row(layers, row, &mut ranks, Side::Below));
        }
        swap_neighbours(layers, &mut ranks);
        let crossings = count(layers, &ranks);
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&layers.rows);
            without_gain = 0;
        } else {
            without_gain += 1;
        }
    }
    layers.rows = best;
}

#[derive(Clone, Copy)]
enum Side {
    Above,
    Below,
}

impl Side {
    fn of(self, layers: &Layers, item: u32) -> &[u32] {
        match self {
            Side::Above => layers.links.predecessors(item as usize),
            Side::Below => layers.links.successors(item as usize),
        }
    }
}

fn sort_row(layers: &mut Layers, row: usize, ranks: &mut [u32], side: Side) {
    let mut keyed: Vec<(f64, u32)> = layers.rows[row]
        .iter()
        .map(|&item| {
            let joined = side.of(layers, item);
            let sum: f64 = joined
                .iter()
                .map(|&other| f64::from(ranks[other as usize]))
                .sum();
            // What is joined to nothing on this side stays about where it is.
            let mean = if joined.is_empty() {
                f64::from(ranks[item as usize])
            } else {
                sum / joined.len() as f64
            };
            (mean, item)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (rank, (place, (_, item))) in layers.rows[row].iter_mut().zip(keyed).enumerate() {
        *place = item;
        ranks[item as usize] = rank as u32;
    }
}

/// One pass over all rows; neighbours change places where their own edges then cross less.
fn swap_neighbours(layers: &mut Layers, ranks: &mut [u32]) {
    for row in 0..layers.rows.len() {
        for right in 1..layers.rows[row].len() {
            let (a, b) = (layers.rows[row][right - 1], layers.rows[row][right]);
            let mut now = 0;
            let mut swapped = 0;
            for side in [Side::Above, Side::Below] {
                let sorted = |item| {
                    let mut places: Vec<u32> = side
                        .of(layers, item)
                        .iter()
                        .map(|&other| ranks[other as usize])
                        .collect();
                    places.sort_unstable();
                    places
                };
                let (of_a, of_b) = (sorted(a), sorted(b));
                now += inversions(&of_a, &of_b);
                swapped += inversions(&of_b, &of_a);
            }
            if swapped < now {
                layers.rows[row].swap(right - 1, right);
                ranks.swap(a as usize, b as usize);
            }
        }
    }
}

/// How many pairs have the left item's end right of the right item's end.
fn inversions(left: &[u32], right: &[u32]) -> usize {
    let mut pairs = 0;
    let mut below = 0;
    for &place in left {
        while below < right.len() && right[below] < place {
            below += 1;
        }
        pairs += below;
    }
    pairs
}

/// How many pairs of links cross, by counting inversions row by row with a Fenwick tree.
fn count(layers: &Layers, ranks: &[u32]) -> usize {
    let mut crossings = 0;
    for rows in layers.rows.windows(2) {
        let mut tree = vec![0_usize; rows[1].len() + 1];
        let mut seen = 0;
        for &item in &rows[0] {
            let mut ends: Vec<usize> = layers
                .links
                .successors(item as usize)
                .iter()
                .map(|&to| ranks[to as usize] as usize)
                .collect();
            ends.sort_unstable();
            for &end in &ends {
                let mut not_right_of = 0;
                let mut at = end + 1;
                while at > 0 {
                    not_right_of += tree[at];
                    at &= at - 1;
                }
                crossings += seen - not_right_of;
            }
            for &end in &ends {
                let mut at = end + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
                seen += 1;
            }
        }
    }
    crossings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adjacency::Adjacency;

    #[test]
    fn counts_what_crosses() {
        let layers = Layers::new(&Adjacency::new(6, [(0, 5), (1, 4), (2, 3)]));
        assert_eq!(count(&layers, &layers.ranks()), 3);
        let layers = Layers::new(&Adjacency::new(
            5,
            [(0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)],
        ));
        assert_eq!(count(&layers, &layers.ranks()), 3);
    }

    #[test]
    fn untangles_what_can_be_untangled() {
        // Two trees, the second one's leaves before the first one's.
        let graph = Adjacency::new(8, [(0, 5), (0, 6), (0, 7), (1, 2), (1, 3), (1, 4)]);
        let mut layers = Layers::new(&graph);
        assert_eq!(count(&layers, &layers.ranks()), 9);
        reduce(&mut layers);
        assert_eq!(count(&layers, &layers.ranks()), 0);
        let mut all: Vec<u32> = layers.rows.concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..8));
    }
}
