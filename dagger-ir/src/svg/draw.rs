//! From places to the document: heading, edges, boxes.
//!
//! Rules in `style.css` are spelled out per colour scheme, since some renderers know
//! neither CSS variables nor `light-dark()`. They apply inside `.dagger-graph` only.

use std::fmt::Write;

use super::label::{DETAIL_COLUMN, DETAIL_LINE, Label, NAME_LINE, columns, shortened};
use super::legend::Legend;
use super::markup::{Markup, escaped};
use super::routes::{Picture, Point};
use crate::critical::ChainSteps;
use crate::graph::{Edge, EdgeKind, Graph, Node};

const MARGIN: f64 = 24.0;
const HEADING: f64 = 44.0;
const LEAST_WIDTH: f64 = 260.0;
/// Edges are labelled with their variables in graphs of up to this many edges.
const MOST_EDGE_LABELS: usize = 40;

const STYLE: &str = include_str!("style.css");

/// The whole document.
pub(super) fn document(graph: &Graph, labels: &[Label], picture: &Picture) -> String {
    let edges = Bundles::new(graph);
    let critical = ChainSteps::new(&graph.critical_path());
    let title = if graph.name.is_empty() {
        "dag!".to_owned()
    } else {
        shortened(&graph.name)
    };
    let summary = summary(graph, edges.all.len());
    let heading_width =
        (columns(&summary) as f64 * DETAIL_COLUMN).max(columns(&title) as f64 * 10.0);
    let content_width = picture.width.max(heading_width).max(LEAST_WIDTH);
    let mut edge_kinds: Vec<EdgeKind> = edges.all.iter().map(|bundle| bundle.kind).collect();
    edge_kinds.sort_unstable();
    edge_kinds.dedup();
    let legend = Legend::new(&graph.nodes, &edge_kinds, content_width);
    let width = content_width + 2.0 * MARGIN;
    let height = MARGIN + HEADING + picture.height + legend.height() + MARGIN;

    let mut svg = Markup::default();
    svg.line(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dagger-graph\" role=\"img\" width=\"{width:.0}\" \
         height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
    ));
    svg.line(format_args!(
        "<title>{}</title>",
        escaped(&format!("{title}: {summary}"))
    ));
    svg.line(format_args!("<style>{STYLE}</style>"));
    svg.line(format_args!(
        "<rect class=\"paper\" width=\"100%\" height=\"100%\" rx=\"10\"/>"
    ));
    svg.text("title", MARGIN, MARGIN + 12.0, &title);
    svg.text("detail", MARGIN, MARGIN + 30.0, &summary);

    let left = MARGIN + (content_width - picture.width) / 2.0;
    svg.line(format_args!(
        "<g transform=\"translate({left:.1},{:.1})\">",
        MARGIN + HEADING
    ));
    // What matters more is drawn later, and so lies on top.
    for on_path in [false, true] {
        for curve in picture
            .curves
            .iter()
            .filter(|c| critical.takes(c.from as usize, c.to as usize) == on_path)
        {
            let bundle = edges.of(curve.from, curve.to);
            let class = if on_path { " critical" } else { "" };
            svg.line(format_args!(
                "<g class=\"edge {}{class}\"><title>{}</title><path class=\"line\" d=\"{}\"/><path class=\"head\" \
                 d=\"{}\"/></g>",
                bundle.kind.name(),
                escaped(&bundle.tooltip(graph)),
                curve.line,
                curve.head
            ));
        }
    }
    for (i, node) in graph.nodes.iter().enumerate() {
        node_box(
            &mut svg,
            graph,
            node,
            i,
            &labels[i],
            picture.boxes[i],
            critical.visits(i),
        );
    }
    if edges.all.len() <= MOST_EDGE_LABELS {
        for curve in &picture.curves {
            // A value that was given a name where it was made is named in that box already.
            let bundle = edges.of(curve.from, curve.to);
            let value = bundle.values.join(", ");
            if !value.is_empty() && value != graph.nodes[curve.from as usize].binding {
                svg.text(
                    "value",
                    curve.middle.x,
                    curve.middle.y + 3.0,
                    &shortened(&value),
                );
            }
        }
    }
    svg.line(format_args!("</g>"));
    legend.draw(&mut svg, MARGIN, MARGIN + HEADING + picture.height);
    svg.line(format_args!("</svg>"));
    svg.finish()
}

fn summary(graph: &Graph, edges: usize) -> String {
    let count =
        |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if !graph.file.is_empty() {
        parts.push(shortened(&graph.file));
    }
    parts.push(count(graph.len(), "node"));
    if graph.len() > 1 {
        parts.push(count(edges, "edge"));
        parts.push(count(graph.depth(), "level"));
        parts.push(format!("width {}", graph.width()));
    }
    parts.join(" · ")
}

fn node_box(
    svg: &mut Markup,
    graph: &Graph,
    node: &Node,
    i: usize,
    label: &Label,
    at: Point,
    critical: bool,
) {
    let class = if critical { " critical" } else { "" };
    svg.line(format_args!(
        "<g class=\"node {}{class}\" transform=\"translate({:.1},{:.1})\"><title>{}</title>",
        node.kind.name(),
        at.x,
        at.y,
        escaped(&node_tooltip(graph, i))
    ));
    svg.outline(node.kind, label.width, label.height);
    let middle = label.width / 2.0;
    let text_height = NAME_LINE + label.details.len() as f64 * DETAIL_LINE;
    let mut baseline = (label.height - text_height) / 2.0 + 13.0;
    svg.text("name middle", middle, baseline, &label.name);
    baseline += 1.0;
    for detail in &label.details {
        baseline += DETAIL_LINE;
        svg.text("detail middle", middle, baseline, detail);
    }
    svg.line(format_args!("</g>"));
}

fn node_tooltip(graph: &Graph, i: usize) -> String {
    let node = &graph.nodes[i];
    let mut text = String::new();
    if !node.binding.is_empty() {
        let _ = write!(text, "{} = ", node.binding);
    }
    let _ = write!(text, "{} ({}, node {i})", node.name, node.kind.name());
    if node.line > 0 {
        let _ = write!(text, " at {}", graph.location(i));
    }
    if !node.scope.is_empty() {
        let _ = write!(text, ", on {}", node.scope);
    }
    if node.priority != 0 {
        let _ = write!(text, ", priority {}", node.priority);
    }
    text
}

/// All edges between the same two nodes, drawn as one.
struct Bundle<'a> {
    from: u32,
    to: u32,
    kind: EdgeKind,
    values: Vec<&'a str>,
}

struct Bundles<'a> {
    /// Sorted by `(from, to)`.
    all: Vec<Bundle<'a>>,
}

impl<'a> Bundles<'a> {
    fn new(graph: &'a Graph) -> Self {
        let forward = |edge: &&Edge| edge.from < edge.to && (edge.to as usize) < graph.len();
        let mut edges: Vec<&Edge> = graph.edges.iter().filter(forward).collect();
        edges.sort_by_key(|edge| (edge.pair(), edge.kind));
        let all = edges
            .chunk_by(|a, b| a.pair() == b.pair())
            .map(|same| {
                let mut values: Vec<&str> = same
                    .iter()
                    .map(|edge| &*edge.value)
                    .filter(|v| !v.is_empty())
                    .collect();
                values.dedup();
                Bundle {
                    from: same[0].from,
                    to: same[0].to,
                    kind: same[0].kind,
                    values,
                }
            })
            .collect();
        Self { all }
    }

    fn of(&self, from: u32, to: u32) -> &Bundle<'a> {
        let position = self
            .all
            .binary_search_by_key(&(from, to), |bundle| (bundle.from, bundle.to));
        &self.all[position.expect("curves are drawn for edges only")]
    }
}

impl Bundle<'_> {
    fn tooltip(&self, graph: &Graph) -> String {
        let label = |i: u32| graph.nodes[i as usize].label();
        let mut text = format!(
            "{} → {}: {}",
            label(self.from),
            label(self.to),
            self.kind.name()
        );
        if !self.values.is_empty() {
            let _ = write!(text, " of {}", self.values.join(", "));
        }
        text
    }
}
