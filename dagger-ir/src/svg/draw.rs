//! From places to the document: heading, edges, boxes.
//!
//! Rules in `style.css` are spelled out per colour scheme, since some renderers know
//! neither CSS variables nor `light-dark()`. They apply inside `.dagger-graph` only.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::frames::{Frame, Frames};
use super::label::{DETAIL_COLUMN, DETAIL_LINE, Label, NAME_LINE, columns, shortened};
use super::legend::Legend;
use super::markup::{Markup, escaped};
use super::routes::{Curve, Picture, Point};
use crate::critical::ChainSteps;
use crate::graph::{Edge, EdgeKind, Graph};

const MARGIN: f64 = 24.0;
const HEADING: f64 = 44.0;
const LEAST_WIDTH: f64 = 260.0;
/// Edges are labelled with their variables in graphs of up to this many edges.
const MOST_EDGE_LABELS: usize = 40;

/// A tooltip lists up to this many variables.
const MOST_VALUES: usize = 8;

const STYLE: &str = include_str!("style.css");

/// The whole document.
pub(super) fn document(
    graph: &Graph,
    labels: &[Label],
    frames: &Frames,
    picture: &Picture,
) -> String {
    let critical = ChainSteps::new(&graph.critical_path());
    let edges = Bundles::new(graph, frames, &critical);
    let title = if graph.name.is_empty() {
        "dag!".to_owned()
    } else {
        shortened(&graph.name)
    };
    let summary = summary(graph);
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
    for critical in [false, true] {
        for curve in &picture.curves {
            let bundle = edges.of(curve);
            if bundle.critical == critical {
                draw_curve(&mut svg, curve, bundle);
            }
        }
    }
    for (frame, &at) in frames.all.iter().zip(&picture.boxes) {
        if let Some(caption) = &frame.caption {
            frame_box(&mut svg, frame, caption, at);
        }
        for (&i, offset) in frame.members.iter().zip(&frame.offsets) {
            let at = Point {
                x: at.x + offset.x,
                y: at.y + offset.y,
            };
            node_box(&mut svg, graph, i, &labels[i], at, critical.visits(i));
        }
    }
    if edges.all.len() <= MOST_EDGE_LABELS {
        edge_labels(&mut svg, &edges, &picture.curves);
    }
    svg.line(format_args!("</g>"));
    legend.draw(&mut svg, MARGIN, MARGIN + HEADING + picture.height);
    svg.line(format_args!("</svg>"));
    svg.finish()
}

fn summary(graph: &Graph) -> String {
    let count =
        |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if !graph.file.is_empty() {
        parts.push(shortened(&graph.file));
    }
    parts.push(count(graph.len(), "node"));
    if graph.len() > 1 {
        parts.push(count(graph.adjacency().edge_count(), "edge"));
        parts.push(count(graph.depth(), "level"));
        parts.push(format!("width {}", graph.width()));
    }
    parts.join(" · ")
}

/// Says which variable causes an edge, where the box it comes from does not say so.
///
/// Of the edges that carry the same value away from a node the straightest is labelled, and a label that would lie on
/// another one is left out: tooltips have them all.
fn edge_labels(svg: &mut Markup, edges: &Bundles<'_>, curves: &[Curve]) {
    let mut wanted: Vec<(u32, String, &Curve)> = curves
        .iter()
        .map(|curve| {
            (
                curve.from,
                shortened(&edges.of(curve).unsaid.join(", ")),
                curve,
            )
        })
        .filter(|(_, value, _)| !value.is_empty())
        .collect();
    wanted.sort_by(|a, b| {
        (a.0, &a.1)
            .cmp(&(b.0, &b.1))
            .then(a.2.sideways.total_cmp(&b.2.sideways))
    });
    wanted.dedup_by(|later, first| (later.0, &later.1) == (first.0, &first.1));
    let mut placed: Vec<(Point, f64)> = Vec::new();
    for (_, value, curve) in wanted {
        let half = columns(&value) as f64 * DETAIL_COLUMN / 2.0 + 3.0;
        let at = curve.middle;
        let free = |(other, other_half): &(Point, f64)| {
            (other.x - at.x).abs() > half + other_half || (other.y - at.y).abs() > DETAIL_LINE
        };
        if placed.iter().all(free) {
            svg.text("value", at.x, at.y + 3.0, &value);
            placed.push((at, half));
        }
    }
}

fn draw_curve(svg: &mut Markup, curve: &Curve, bundle: &Bundle<'_>) {
    let class = if bundle.critical { " critical" } else { "" };
    svg.line(format_args!(
        "<g class=\"edge {}{class}\"><title>{}</title><path class=\"line\" d=\"{}\"/>\
         <path class=\"head\" d=\"{}\"/></g>",
        bundle.kind.name(),
        escaped(&bundle.tooltip),
        curve.line,
        curve.head
    ));
}

fn frame_box(svg: &mut Markup, frame: &Frame, caption: &str, at: Point) {
    svg.line(format_args!(
        "<rect class=\"frame\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>",
        at.x, at.y, frame.width, frame.height
    ));
    svg.text(
        "detail middle",
        at.x + frame.width / 2.0,
        at.y + DETAIL_LINE + 2.0,
        caption,
    );
}

fn node_box(svg: &mut Markup, graph: &Graph, i: usize, label: &Label, at: Point, critical: bool) {
    let node = &graph.nodes[i];
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

/// All edges between the same two frames, drawn as one.
struct Bundle<'a> {
    /// The frames.
    ends: (u32, u32),
    kind: EdgeKind,
    critical: bool,
    /// The variables that cause the edges, without those that the boxes they come from name.
    unsaid: Vec<&'a str>,
    tooltip: String,
}

struct Bundles<'a> {
    /// Sorted by their ends.
    all: Vec<Bundle<'a>>,
}

impl<'a> Bundles<'a> {
    fn new(graph: &'a Graph, frames: &Frames, critical: &ChainSteps) -> Self {
        let forward = |edge: &&Edge| edge.from < edge.to && (edge.to as usize) < graph.len();
        let ends = |edge: &Edge| {
            (
                frames.of_node[edge.from as usize],
                frames.of_node[edge.to as usize],
            )
        };
        let mut edges: Vec<&Edge> = graph.edges.iter().filter(forward).collect();
        edges.sort_by_key(|edge| (ends(edge), edge.kind, edge.pair()));
        let all = edges
            .chunk_by(|a, b| ends(a) == ends(b))
            .map(|same| {
                let unsaid =
                    |edge: &&&'a Edge| edge.value != graph.nodes[edge.from as usize].binding;
                Bundle {
                    ends: ends(same[0]),
                    kind: same[0].kind,
                    critical: same
                        .iter()
                        .any(|edge| critical.takes(edge.from as usize, edge.to as usize)),
                    unsaid: values(same.iter().filter(unsaid)),
                    tooltip: edge_tooltip(graph, frames, same, ends(same[0])),
                }
            })
            .collect();
        Self { all }
    }

    fn of(&self, curve: &Curve) -> &Bundle<'a> {
        let position = self
            .all
            .binary_search_by_key(&(curve.from, curve.to), |bundle| bundle.ends);
        &self.all[position.expect("every curve is that of an edge")]
    }
}

/// The edges' variables, each once, in their order.
fn values<'a: 'b, 'b>(edges: impl Iterator<Item = &'b &'a Edge>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    edges
        .map(|edge| &*edge.value)
        .filter(|value| !value.is_empty() && seen.insert(*value))
        .collect()
}

fn edge_tooltip(graph: &Graph, frames: &Frames, edges: &[&Edge], (from, to): (u32, u32)) -> String {
    let name = |frame: u32| {
        let frame = &frames.all[frame as usize];
        frame
            .caption
            .clone()
            .unwrap_or_else(|| graph.nodes[frame.members[0]].label().to_owned())
    };
    let mut text = format!("{} → {}: {}", name(from), name(to), edges[0].kind.name());
    let values = values(edges.iter());
    for (i, value) in values.iter().take(MOST_VALUES).enumerate() {
        let _ = write!(text, "{}{value}", if i == 0 { " of " } else { ", " });
    }
    if values.len() > MOST_VALUES {
        let _ = write!(text, " and {} more", values.len() - MOST_VALUES);
    }
    text
}
