//! What lines and outlines mean: one entry for each sort the picture has.

use super::label::{DETAIL_COLUMN, columns};
use super::markup::Markup;
use super::routes::Point;
use crate::graph::{EdgeKind, Node, NodeKind};

const LINE: f64 = 20.0;
const SAMPLE: f64 = 32.0;
const BETWEEN: f64 = 24.0;
const ABOVE: f64 = 26.0;

/// The entries, in rows under the picture.
pub(super) struct Legend {
    entries: Vec<(Sample, Point)>,
}

#[derive(Clone, Copy)]
enum Sample {
    Edge(EdgeKind),
    CriticalPath,
    Node(NodeKind),
}

impl Legend {
    /// Places the entries for these sorts of nodes and edges in rows of at most `width`.
    pub(super) fn new(nodes: &[Node], edges: &[EdgeKind], width: f64) -> Self {
        let mut samples: Vec<Sample> = edges.iter().map(|&kind| Sample::Edge(kind)).collect();
        if !edges.is_empty() {
            samples.push(Sample::CriticalPath);
        }
        // A plain box needs no explanation.
        for kind in [NodeKind::Expression, NodeKind::Branch, NodeKind::Loop] {
            if nodes.iter().any(|node| node.kind == kind) {
                samples.push(Sample::Node(kind));
            }
        }
        let (mut x, mut y) = (0.0, 0.0);
        let entries = samples
            .into_iter()
            .map(|sample| {
                let entry_width = SAMPLE + columns(sample.text()) as f64 * DETAIL_COLUMN;
                if x > 0.0 && x + entry_width > width {
                    (x, y) = (0.0, y + LINE);
                }
                let at = Point { x, y };
                x += entry_width + BETWEEN;
                (sample, at)
            })
            .collect();
        Self { entries }
    }

    pub(super) fn height(&self) -> f64 {
        self.entries
            .last()
            .map_or(0.0, |(_, at)| ABOVE + at.y + LINE / 2.0)
    }

    pub(super) fn draw(&self, svg: &mut Markup, left: f64, top: f64) {
        for (sample, at) in &self.entries {
            let (x, y) = (left + at.x, top + ABOVE + at.y);
            let class = sample.class();
            svg.line(format_args!(
                "<g class=\"{class}\" transform=\"translate({x:.1},{y:.1})\">"
            ));
            match sample {
                Sample::Node(kind) => {
                    svg.line(format_args!("<g transform=\"translate(1,-7)\">"));
                    svg.outline(*kind, 24.0, 14.0);
                    svg.line(format_args!("</g>"));
                }
                Sample::Edge(_) | Sample::CriticalPath => svg.line(format_args!(
                    "<path class=\"line\" d=\"M0,0L18,0\"/><path class=\"head\" d=\"M17,-3.8L17,3.8L25,0Z\"/>"
                )),
            }
            svg.text("detail", SAMPLE, 4.0, sample.text());
            svg.line(format_args!("</g>"));
        }
    }
}

impl Sample {
    fn class(self) -> &'static str {
        match self {
            Sample::Edge(kind) => kind.name(),
            Sample::CriticalPath => "critical",
            Sample::Node(kind) => kind.name(),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Sample::Edge(EdgeKind::Flow) => "uses the value",
            Sample::Edge(EdgeKind::Output) => "updates it in place",
            Sample::Edge(EdgeKind::Anti) => "waits for its readers",
            Sample::Edge(EdgeKind::Control) => "comes later in the program",
            Sample::CriticalPath => "critical path",
            Sample::Node(kind) => kind.name(),
        }
    }
}
