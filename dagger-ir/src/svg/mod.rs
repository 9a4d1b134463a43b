//! A graph as an SVG picture, laid out here, without any other program.
//!
//! The layout is layered, after Sugiyama, Tagawa and Toda ("Methods for visual
//! understanding of hierarchical system structures", 1981):
//!
//! | step | module | does |
//! |---|---|---|
//! | 1 | [`layers`] | a row a level; a lane through every row that a long edge passes |
//! | 2 | [`crossings`] | orders each row so that few edges cross |
//! | 3 | [`positions`] | moves boxes below and above what they are joined to |
//! | 4 | [`routes`] | curves that never cut a box |
//! | 5 | [`draw`] | the document |
//!
//! Rows run downwards as code does, unless the graph is so wide that columns
//! make the smaller picture. Nothing here is interactive: details are in the
//! tooltips that viewers show for `<title>`.

mod crossings;
mod draw;
mod label;
mod layers;
mod legend;
mod markup;
mod positions;
mod routes;

use crate::graph::Graph;
use label::Label;
use layers::Layers;
use routes::Direction;

/// Space between neighbours in a row: boxes, and lanes of edges.
const BOX_GAP: f64 = 22.0;
const LANE_GAP: f64 = 12.0;

/// A picture wider than this is drawn in columns if that makes it smaller.
const COMFORTABLE_WIDTH: f64 = 1100.0;

impl Graph {
    /// The graph as a complete SVG document.
    ///
    /// Rows are the [levels](Self::levels), from top to bottom, or columns from left to right where that is
    /// smaller. The critical path stands out, the sort of each edge shows in its dashes, and colours follow the
    /// reader's light or dark setting. The text may go into an HTML page as it is.
    pub fn to_svg(&self) -> String {
        let labels: Vec<Label> = self.nodes.iter().map(Label::new).collect();
        let adjacency = self.adjacency();
        let mut layers = Layers::new(&adjacency);
        let direction = choose_direction(&labels, &layers);
        let breadths: Vec<f64> = labels
            .iter()
            .map(|label| direction.breadth(label))
            .collect();
        crossings::reduce(&mut layers);
        let centres = positions::assign(&layers, &breadths);
        let picture = routes::place(&layers, &labels, &centres, direction);
        draw::document(self, &labels, &picture)
    }
}

/// Downwards, unless that is uncomfortably wide and going right makes the longer side shorter.
fn choose_direction(labels: &[Label], layers: &Layers) -> Direction {
    let size = |direction: Direction| {
        let (mut breadth, mut length) = (0.0_f64, 0.0);
        for row in &layers.rows {
            let nodes = || {
                row.iter()
                    .filter_map(|&item| layers.node(item))
                    .map(|node| &labels[node])
            };
            breadth = breadth.max(
                nodes()
                    .map(|label| direction.breadth(label) + BOX_GAP)
                    .sum(),
            );
            length += nodes()
                .map(|label| direction.thickness(label))
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
