//! Rows of items: every frame, and a lane where a long edge passes a row.
//!
//! Edges with the same first frame share their lanes and part where they must,
//! so a value used far away is one line and not many side by side.

use crate::adjacency::Adjacency;
use crate::level::level_numbers;

/// Lanes beyond this many a frame are not made; such edges go straight.
const LANES_PER_FRAME: usize = 8;
/// ... but every graph may have this many.
const LANES_FOR_ALL: usize = 4000;

/// The items of every row. Items `0..frames` are the frames; the rest are lanes.
pub(super) struct Layers {
    frames: usize,
    /// Items row by row, left to right.
    pub(super) rows: Vec<Vec<u32>>,
    /// The row of every item.
    pub(super) row_of: Vec<u32>,
    /// What joins items of neighbouring rows.
    pub(super) links: Adjacency,
    /// For every edge the items it goes through, both frames included.
    pub(super) routes: Vec<Vec<u32>>,
}

impl Layers {
    pub(super) fn new(graph: &Adjacency) -> Self {
        let frames = graph.len();
        let mut row_of = level_numbers(graph);
        let most_lanes = LANES_FOR_ALL + LANES_PER_FRAME * frames;
        let mut links = Vec::new();
        let mut routes = Vec::new();
        for from in 0..frames {
            let level = row_of[from];
            // The lanes of this frame's edges, by the row they are in.
            let mut lanes: Vec<u32> = Vec::new();
            for &to in graph.successors(from) {
                let between = (row_of[to as usize] - level - 1) as usize;
                if between > 0 && row_of.len() - frames + between > most_lanes {
                    routes.push(vec![from as u32, to]);
                    continue;
                }
                while lanes.len() < between {
                    let lane = row_of.len() as u32;
                    row_of.push(level + 1 + lanes.len() as u32);
                    links.push((lanes.last().copied().unwrap_or(from as u32), lane));
                    lanes.push(lane);
                }
                let mut route = vec![from as u32];
                route.extend_from_slice(&lanes[..between]);
                links.push((*route.last().expect("starts with a frame"), to));
                route.push(to);
                routes.push(route);
            }
        }
        let depth = row_of
            .iter()
            .map(|&row| row as usize + 1)
            .max()
            .unwrap_or(0);
        let mut rows = vec![Vec::new(); depth];
        for (item, &row) in row_of.iter().enumerate() {
            rows[row as usize].push(item as u32);
        }
        let links = Adjacency::new(row_of.len(), links);
        Self {
            frames,
            rows,
            row_of,
            links,
            routes,
        }
    }

    /// How many items there are.
    pub(super) fn len(&self) -> usize {
        self.row_of.len()
    }

    /// The frame the item is, or nothing for a lane.
    pub(super) fn frame(&self, item: u32) -> Option<usize> {
        ((item as usize) < self.frames).then_some(item as usize)
    }

    /// Where every item stands in its row.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut ranks = vec![0; self.len()];
        for row in &self.rows {
            for (rank, &item) in row.iter().enumerate() {
                ranks[item as usize] = rank as u32;
            }
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_edges_of_a_node_share_lanes() {
        let graph = Adjacency::new(4, [(0, 1), (1, 2), (2, 3), (0, 2), (0, 3)]);
        let layers = Layers::new(&graph);
        assert_eq!(layers.rows, [vec![0], vec![1, 4], vec![2, 5], vec![3]]);
        assert_eq!(
            layers.routes,
            [
                vec![0, 1],
                vec![0, 4, 2],
                vec![0, 4, 5, 3],
                vec![1, 2],
                vec![2, 3]
            ]
        );
        assert!(
            layers
                .links
                .edges()
                .all(|(a, b)| layers.row_of[a as usize] + 1 == layers.row_of[b as usize])
        );
    }

    #[test]
    fn lanes_are_bounded() {
        // A chain in which every node is also joined to the last one.
        let frames = 3000_u32;
        let edges = (0..frames - 1).flat_map(|node| [(node, node + 1), (node, frames - 1)]);
        let layers = Layers::new(&Adjacency::new(frames as usize, edges));
        assert!(layers.len() <= 3000 + LANES_FOR_ALL + LANES_PER_FRAME * 3000);
        assert_eq!(layers.routes.len(), 2 * 2999 - 1);
    }
}
