//! What is placed as one: a node, or many twins.
//!
//! Twins wait for the same nodes and the same nodes wait for them. A few are
//! drawn one by one. Many, as in a map over two hundred files, would make a picture
//! too wide to read and say the same thing two hundred times: they stand in a
//! grid inside a frame, and an edge of the frame is an edge of each of them.

use std::collections::BTreeMap;

use super::label::{DETAIL_LINE, Label};
use super::routes::Point;
use crate::adjacency::Adjacency;
use crate::graph::Node;

/// As many twins are still drawn one by one.
const MOST_APART: usize = 12;
const PADDING: f64 = 12.0;
const CELL_GAP: f64 = 10.0;
/// How much wider than high a grid should be.
const ASPECT: f64 = 1.5;

/// A box of the layout.
pub(super) struct Frame {
    /// The nodes in it, ascending.
    pub(super) members: Vec<usize>,
    /// Where each member's upper left corner is inside the frame.
    pub(super) offsets: Vec<Point>,
    /// What a frame round several nodes says; nothing for a single node.
    pub(super) caption: Option<String>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// All frames, and the graph between them.
pub(super) struct Frames {
    pub(super) all: Vec<Frame>,
    /// The frame of every node.
    pub(super) of_node: Vec<u32>,
    pub(super) graph: Adjacency,
}

impl Frames {
    pub(super) fn new(nodes: &[Node], labels: &[Label], graph: &Adjacency) -> Self {
        let mut twins: BTreeMap<(&[u32], &[u32]), Vec<usize>> = BTreeMap::new();
        for node in 0..graph.len() {
            twins
                .entry((graph.predecessors(node), graph.successors(node)))
                .or_default()
                .push(node);
        }
        let mut groups: Vec<Vec<usize>> = twins
            .into_values()
            .flat_map(|group| {
                if group.len() > MOST_APART {
                    vec![group]
                } else {
                    group.into_iter().map(|node| vec![node]).collect()
                }
            })
            .collect();
        // By their first nodes frames are in program order again: all of a frame's predecessors are predecessors of
        // its first node.
        groups.sort_unstable();
        let mut of_node = vec![0; graph.len()];
        for (frame, members) in groups.iter().enumerate() {
            for &node in members {
                of_node[node] = frame as u32;
            }
        }
        let edges = graph
            .edges()
            .map(|(from, to)| (of_node[from as usize], of_node[to as usize]));
        let graph = Adjacency::new(groups.len(), edges);
        let all = groups
            .into_iter()
            .map(|members| Frame::new(members, nodes, labels))
            .collect();
        Self {
            all,
            of_node,
            graph,
        }
    }
}

impl Frame {
    fn new(members: Vec<usize>, nodes: &[Node], labels: &[Label]) -> Self {
        if let [node] = members[..] {
            let (width, height) = (labels[node].width, labels[node].height);
            return Self {
                members,
                offsets: vec![Point { x: 0.0, y: 0.0 }],
                caption: None,
                width,
                height,
            };
        }
        let most = |extent: fn(&Label) -> f64| {
            members
                .iter()
                .map(|&node| extent(&labels[node]))
                .fold(0.0, f64::max)
        };
        let (cell_width, cell_height) = (
            most(|label| label.width) + CELL_GAP,
            most(|label| label.height) + CELL_GAP,
        );
        let columns = (members.len() as f64 * ASPECT * cell_height / cell_width)
            .sqrt()
            .ceil()
            .max(1.0) as usize;
        let top = PADDING + DETAIL_LINE;
        let offsets = members
            .iter()
            .enumerate()
            .map(|(i, &node)| Point {
                x: PADDING
                    + (i % columns) as f64 * cell_width
                    + (cell_width - CELL_GAP - labels[node].width) / 2.0,
                y: top + (i / columns) as f64 * cell_height,
            })
            .collect();
        let name = &nodes[members[0]].name;
        let alike = members.iter().all(|&node| nodes[node].name == *name);
        let caption = if alike {
            format!("{} × {}", members.len(), labels[members[0]].name)
        } else {
            format!("{} nodes with the same neighbours", members.len())
        };
        Self {
            width: 2.0 * PADDING + columns as f64 * cell_width - CELL_GAP,
            height: top + members.len().div_ceil(columns) as f64 * cell_height - CELL_GAP + PADDING,
            offsets,
            caption: Some(caption),
            members,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::NodeKind;

    #[test]
    fn many_twins_share_a_frame_and_few_do_not() {
        let frames = |width: u32| {
            let edges = (1..=width).flat_map(|node| [(0, node), (node, width + 1)]);
            let graph = Adjacency::new(width as usize + 2, edges);
            let nodes = vec![Node::new("f", "", NodeKind::Task, 1, 1); width as usize + 2];
            let labels: Vec<Label> = nodes.iter().map(Label::new).collect();
            Frames::new(&nodes, &labels, &graph)
        };
        let few = frames(12);
        assert_eq!(few.all.len(), 14);
        assert_eq!(few.graph.edge_count(), 24);
        let many = frames(13);
        assert_eq!(many.all.len(), 3);
        assert_eq!(many.graph.edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        let frame = &many.all[1];
        assert_eq!(frame.caption.as_deref(), Some("13 × f"));
        for (i, a) in frame.offsets.iter().enumerate() {
            assert!(a.x + 64.0 < frame.width && a.y < frame.height);
            assert!(
                frame.offsets[..i]
                    .iter()
                    .all(|b| (a.x - b.x).abs() >= 64.0 || (a.y - b.y).abs() >= 30.0)
            );
        }
    }
}
