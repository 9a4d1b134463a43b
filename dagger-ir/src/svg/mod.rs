//! A graph as an SVG picture, laid out here, without any other program.
//!
//! The layout is layered, after Sugiyama, Tagawa and Toda ("Methods for visual
//! understanding of hierarchical system structures", 1981):
//!
//! | step | module | does |
//! |---|---|---|
//! | 1 | `frames` | gathers many nodes with the same neighbours in one frame |
//! | 2 | `layers` | a row a level; a lane through every row that a long edge passes |
//! | 3 | `crossings` | orders each row so that few edges cross |
//! | 4 | `positions` | moves boxes below and above what they are joined to |
//! | 5 | `routes` | curves that never cut a box |
//! | 6 | `draw` | the document |
//!
//! Rows run downwards as code does, unless the graph is so wide that columns
//! make the smaller picture. Nothing here is interactive: details are in the
//! tooltips that viewers show for `<title>`.

mod crossings;
mod draw;
mod frames;
mod label;
mod layers;
mod legend;
mod markup;
mod positions;
mod routes;

use crate::graph::Graph;
use frames::{Frame, Frames};
use label::Label;
use layers::Layers;
use routes::Direction;

/// A picture wider than this is drawn in columns if that makes it smaller.
const COMFORTABLE_WIDTH: f64 = 1100.0;

impl Graph {
    /// The graph as a complete SVG document.
    ///
    /// Rows are the [levels](Self::levels), from top to bottom, or columns from left to right where that is
    /// smaller. More than a dozen nodes with the same neighbours stand in one frame, whose edges are edges of each of
    /// them. The critical path stands out, the sort of each edge shows in its dashes, and colours follow the
    /// reader's light or dark setting. The text may go into an HTML page as it is.
    pub fn to_svg(&self) -> String {
        let labels: Vec<Label> = self.nodes.iter().map(Label::new).collect();
        let frames = Frames::new(&self.nodes, &labels, &self.adjacency());
        let mut layers = Layers::new(&frames.graph);
        let direction = choose_direction(&frames.all, &layers);
        crossings::reduce(&mut layers);
        let centres = positions::assign(&layers, &frames.all, direction);
        let picture = routes::place(&layers, &frames.all, &centres, direction);
        draw::document(self, &labels, &frames, &picture)
    }
}

/// Downwards, unless that is uncomfortably wide and going right makes the longer side shorter.
fn choose_direction(frames: &[Frame], layers: &Layers) -> Direction {
    let size = |direction: Direction| {
        let (mut breadth, mut length) = (0.0_f64, 0.0);
        for row in &layers.rows {
            let members = || {
                row.iter()
                    .filter_map(|&item| layers.frame(item))
                    .map(|frame| &frames[frame])
            };
            breadth = breadth.max(
                members()
                    .map(|frame| direction.breadth(frame) + direction.frame_gap())
                    .sum(),
            );
            length += members()
                .map(|frame| direction.thickness(frame))
                .fold(0.0, f64::max)
                + routes::LEAST_GAP;
        }
        (breadth, length)
    };
    let (width, height) = size(Direction::Down);
    let (right_height, right_width) = size(Direction::Right);
    if width > COMFORTABLE_WIDTH && right_height.max(right_width) < width.max(height) {
        Direction::Right
    } else {
        Direction::Down
    }
}
