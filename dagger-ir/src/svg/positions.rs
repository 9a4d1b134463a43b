//! Moves the items of every row, in their order, close to what they are joined to.
//!
//! Each row by itself has a best answer: the places nearest (in squares) to the
//! wished ones that keep the distances. That is isotonic regression, and pooling
//! adjacent violators finds it in one pass (Ayer et al., 1955). Rows are visited
//! down and up a few times, as every row's wishes depend on its neighbours.

use super::frames::Frame;
use super::layers::Layers;
use super::routes::Direction;

/// Visits of every row.
const SWEEPS: usize = 24;
/// How strongly a link pulls, by how many of its ends are lanes: long edges should be straight first of all.
const PULL: [f64; 3] = [1.0, 3.0, 60.0];
/// How strongly an item that is joined to nothing on a side keeps its place.
const INERTIA: f64 = 0.05;

/// The centre of every item along its row, the smallest edge being at 0.
pub(super) fn assign(layers: &Layers, frames: &[Frame], direction: Direction) -> Vec<f64> {
    let breadth = |item: u32| {
        layers
            .frame(item)
            .map_or(0.0, |frame| direction.breadth(&frames[frame]))
    };
    let distance = |a: u32, b: u32| {
        let lanes = layers.frame(a).is_none() && layers.frame(b).is_none();
        (breadth(a) + breadth(b)) / 2.0
            + if lanes {
                direction.lane_gap()
            } else {
                direction.frame_gap()
            }
    };
    let mut centres = vec![0.0; layers.len()];
    for row in &layers.rows {
        let mut at = 0.0;
        for pair in row.windows(2) {
            at += distance(pair[0], pair[1]);
            centres[pair[1] as usize] = at;
        }
        for &item in row {
            centres[item as usize] -= at / 2.0;
        }
    }
    for sweep in 0..SWEEPS {
        // Early sweeps listen to one side, to carry positions through the whole graph; late ones to both.
        let both = sweep >= SWEEPS / 2;
        let down = sweep % 2 == 0;
        for step in 0..layers.rows.len() {
            let row = &layers.rows[if down {
                step
            } else {
                layers.rows.len() - 1 - step
            }];
            let wishes: Vec<Wish> = row
                .iter()
                .map(|&item| {
                    let above = layers.links.predecessors(item as usize);
                    let below = layers.links.successors(item as usize);
                    let above = if both || down { above } else { &[] };
                    let below = if both || !down { below } else { &[] };
                    Wish::new(layers, &centres, item, above.iter().chain(below))
                })
                .collect();
            let gaps: Vec<f64> = row
                .windows(2)
                .map(|pair| distance(pair[0], pair[1]))
                .collect();
            for (&item, place) in row.iter().zip(nearest(&wishes, &gaps)) {
                centres[item as usize] = place;
            }
        }
    }
    let left = (0..layers.len() as u32).map(|item| centres[item as usize] - breadth(item) / 2.0);
    let least = left.fold(f64::INFINITY, f64::min);
    centres.iter_mut().for_each(|centre| *centre -= least);
    centres
}

/// Where an item wants to be, and how much.
#[derive(Clone, Copy)]
struct Wish {
    place: f64,
    weight: f64,
}

impl Wish {
    fn new<'a>(
        layers: &Layers,
        centres: &[f64],
        item: u32,
        joined: impl Iterator<Item = &'a u32>,
    ) -> Self {
        let (mut sum, mut weight) = (INERTIA * centres[item as usize], INERTIA);
        for &other in joined {
            let lanes = [item, other]
                .iter()
                .filter(|&&end| layers.frame(end).is_none())
                .count();
            sum += PULL[lanes] * centres[other as usize];
            weight += PULL[lanes];
        }
        Self {
            place: sum / weight,
            weight,
        }
    }
}

/// The places that are nearest to the wishes, each at least a gap after the one before.
fn nearest(wishes: &[Wish], gaps: &[f64]) -> Vec<f64> {
    /// Items that touch, and so move together.
    struct Pool {
        wish: Wish,
        items: usize,
    }
    let mut offsets = vec![0.0; wishes.len()];
    for i in 1..wishes.len() {
        offsets[i] = offsets[i - 1] + gaps[i - 1];
    }
    let mut pools: Vec<Pool> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        // With the distances taken off, the places only must not fall.
        let mut pool = Pool {
            wish: Wish {
                place: wish.place - offset,
                weight: wish.weight,
            },
            items: 1,
        };
        while let Some(before) = pools.pop_if(|before| before.wish.place > pool.wish.place) {
            let weight = before.wish.weight + pool.wish.weight;
            let place = (before.wish.place * before.wish.weight
                + pool.wish.place * pool.wish.weight)
                / weight;
            pool = Pool {
                wish: Wish { place, weight },
                items: before.items + pool.items,
            };
        }
        pools.push(pool);
    }
    let places = pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(pool.wish.place, pool.items));
    places
        .zip(&offsets)
        .map(|(place, offset)| place + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adjacency::Adjacency;

    fn wishes(places: &[f64]) -> Vec<Wish> {
        places
            .iter()
            .map(|&place| Wish { place, weight: 1.0 })
            .collect()
    }

    #[test]
    fn wishes_come_true_where_there_is_room() {
        assert_eq!(
            nearest(&wishes(&[0.0, 10.0, 30.0]), &[5.0, 5.0]),
            [0.0, 10.0, 30.0]
        );
    }

    #[test]
    fn those_who_want_the_same_place_share_the_pain() {
        assert_eq!(
            nearest(&wishes(&[10.0, 10.0, 10.0]), &[4.0, 4.0]),
            [6.0, 10.0, 14.0]
        );
        assert_eq!(
            nearest(&wishes(&[9.0, 1.0, 50.0]), &[2.0, 2.0]),
            [4.0, 6.0, 50.0]
        );
    }

    #[test]
    fn boxes_never_overlap_and_a_diamond_is_even() {
        let layers = Layers::new(&Adjacency::new(4, [(0, 1), (0, 2), (1, 3), (2, 3)]));
        let frames = [40.0, 60.0, 60.0, 80.0].map(|width| Frame {
            members: vec![0],
            offsets: Vec::new(),
            caption: None,
            width,
            height: 20.0,
        });
        let centres = assign(&layers, &frames, Direction::Down);
        assert!((centres[2] - centres[1] - 60.0 - Direction::Down.frame_gap()).abs() < 1e-6);
        let middle = (centres[1] + centres[2]) / 2.0;
        assert!((centres[0] - middle).abs() < 1e-6 && (centres[3] - middle).abs() < 1e-6);
    }
}
