//! Pictures are well formed, show every node once, and no edge cuts a box.

use std::collections::BTreeSet;

use dagger_ir::{Edge, EdgeKind, Graph, Node, NodeKind};
use proptest::prelude::*;

use crate::random::{forward_graph, graph};
use crate::xml::{self, Element};

#[derive(Clone, Copy, Debug)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rect {
    fn overlaps(self, other: Rect) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn holds(self, (x, y): (f64, f64)) -> bool {
        // Half a pixel is within rounding.
        self.left + 0.5 < x && x < self.right - 0.5 && self.top + 0.5 < y && y < self.bottom - 0.5
    }
}

/// The offset of an element with a `translate`.
fn offset(element: &Element) -> (f64, f64) {
    let numbers = element
        .attribute("transform")
        .strip_prefix("translate(")
        .expect("is moved");
    let (x, y) = numbers.strip_suffix(')').unwrap().split_once(',').unwrap();
    (x.parse().unwrap(), y.parse().unwrap())
}

/// The boxes of all nodes with their tooltips, in the document's order.
fn boxes(root: &Element) -> Vec<(String, Rect)> {
    let mut boxes = Vec::new();
    for node in root
        .all()
        .into_iter()
        .filter(|e| e.has_class("node") && e.name == "g")
    {
        let ((left, top), shape) = (
            offset(node),
            node.children.iter().rfind(|e| e.has_class("box")).unwrap(),
        );
        let (width, height) = match shape.name.as_str() {
            "rect" => (shape.number("width"), shape.number("height")),
            _ => {
                let corners = samples(shape.attribute("d"));
                let most =
                    |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(0.0, f64::max);
                (most(|p| p.0), most(|p| p.1))
            }
        };
        boxes.push((
            node.children[0].text.clone(),
            Rect {
                left,
                top,
                right: left + width,
                bottom: top + height,
            },
        ));
    }
    boxes
}

/// Points along a path of the commands M, L, C and Z.
fn samples(path: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let spaced = path
        .replace('M', " M ")
        .replace('L', " L ")
        .replace('C', " C ")
        .replace('Z', "");
    let mut words = spaced.split_whitespace();
    let point = |word: Option<&str>| {
        let (x, y) = word.expect("a point").split_once(',').expect("two numbers");
        (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
    };
    while let Some(command) = words.next() {
        let from = points.last().copied().unwrap_or_default();
        let (a, b, to) = match command {
            "M" => {
                points.push(point(words.next()));
                continue;
            }
            "L" => {
                let to = point(words.next());
                (from, to, to)
            }
            "C" => (
                point(words.next()),
                point(words.next()),
                point(words.next()),
            ),
            other => panic!("path command {other}"),
        };
        for step in 1..=20 {
            let t = f64::from(step) / 20.0;
            let mix = |p: f64, q: f64, r: f64, s: f64| {
                let u = 1.0 - t;
                u * u * u * p + 3.0 * u * u * t * q + 3.0 * u * t * t * r + t * t * t * s
            };
            points.push((mix(from.0, a.0, b.0, to.0), mix(from.1, a.1, b.1, to.1)));
        }
    }
    points
}

fn named(adjacency: &dagger_ir::Adjacency) -> Graph {
    let kinds = [NodeKind::Task, NodeKind::Expression, NodeKind::Branch];
    let node = |i: usize| {
        Node::owned(
            "f".repeat(1 + i % 25),
            format!("x{i}"),
            kinds[i % 3],
            i as u32 + 1,
            1,
        )
    };
    let nodes = (0..adjacency.len()).map(node).collect();
    let edges = adjacency
        .edges()
        .map(|(from, to)| Edge::owned(from, to, EdgeKind::Flow, format!("x{from}")));
    Graph::owned("g", "file.rs", nodes, edges.collect())
}

proptest! {
    // Each case draws a whole picture.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn svg_is_well_formed_and_shows_every_node(graph in graph(40)) {
        let root = xml::parse(&graph.to_svg());
        prop_assert_eq!(&root.name, "svg");
        let shown: BTreeSet<usize> = boxes(&root)
            .iter()
            .map(|(tooltip, _)| {
                let (_, after) = tooltip.rsplit_once(", node ").unwrap();
                after.split(')').next().unwrap().parse().unwrap()
            })
            .collect();
        prop_assert!(shown.into_iter().eq(0..graph.len()));
        prop_assert_eq!(boxes(&root).len(), graph.len());
    }

    #[test]
    fn boxes_stand_apart_and_curves_pass_between_them(adjacency in forward_graph(28)) {
        let graph = named(&adjacency);
        let root = xml::parse(&graph.to_svg());
        let boxes = boxes(&root);
        for (i, (name, a)) in boxes.iter().enumerate() {
            for (other, b) in &boxes[..i] {
                prop_assert!(!a.overlaps(*b), "{} on {}", name, other);
            }
        }
        let picture = Rect { left: 0.0, top: 0.0, right: root.number("width"), bottom: root.number("height") };
        let content = root.all().into_iter().find(|e| e.name == "g").map(offset).unwrap();
        let edges: Vec<_> =
            root.all().into_iter().filter(|e| e.has_class("edge")).flat_map(|e| &e.children).collect();
        prop_assert_eq!(edges.is_empty(), adjacency.edge_count() == 0);
        for line in edges.into_iter().filter(|e| e.has_class("line") || e.has_class("head")) {
            for (x, y) in samples(line.attribute("d")) {
                prop_assert!(picture.holds((x + content.0, y + content.1)), "{:?} leaves the picture", (x, y));
                for (name, rect) in &boxes {
                    prop_assert!(!rect.holds((x, y)), "an edge cuts {}", name);
                }
            }
        }
    }

    #[test]
    fn every_edge_is_drawn_when_nodes_stand_alone(adjacency in forward_graph(12)) {
        // Up to twelve nodes are never framed together, so lines and edges are the same.
        let root = xml::parse(&named(&adjacency).to_svg());
        let drawn: BTreeSet<String> = root
            .all()
            .into_iter()
            .filter(|e| e.has_class("edge"))
            .map(|e| e.children[0].text.split(':').next().unwrap().to_owned())
            .collect();
        let expected: BTreeSet<String> = adjacency.edges().map(|(a, b)| format!("x{a} → x{b}")).collect();
        prop_assert_eq!(drawn, expected);
    }

    #[test]
    fn dot_has_a_statement_for_every_node_and_edge(graph in graph(30)) {
        let dot = graph.to_dot();
        let (head, body) = dot.split_once("{\n").unwrap();
        prop_assert!(head.starts_with("digraph \""));
        let body = body.strip_suffix("}\n").unwrap();
        let mut nodes = 0;
        let mut edges = 0;
        for statement in body.lines() {
            let statement = statement.strip_prefix("  ").unwrap().strip_suffix("];").unwrap();
            let (subject, attributes) = statement.split_once(" [").unwrap();
            // Outside of strings only what we wrote may stand; a string ends at a quote without a backslash.
            let mut inside = false;
            let mut letters = attributes.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => prop_assert!(inside && letters.next().is_some()),
                    '"' => inside = !inside,
                    other => prop_assert!(inside || other.is_ascii_alphanumeric() || ", =".contains(other)),
                }
            }
            prop_assert!(!inside, "a string does not end: {}", statement);
            if let Some((from, to)) = subject.split_once(" -> ") {
                edges += 1;
                let number = |name: &str| name.strip_prefix('n').unwrap().parse::<usize>().unwrap();
                prop_assert!(number(from) < number(to) && number(to) < graph.len());
            } else if let Some(number) = subject.strip_prefix('n').and_then(|n| n.parse::<usize>().ok()) {
                prop_assert_eq!(number, nodes);
                nodes += 1;
            }
        }
        prop_assert_eq!(nodes, graph.len());
        let forward = |edge: &&Edge| edge.from < edge.to && (edge.to as usize) < graph.len();
        prop_assert_eq!(edges, graph.edges().iter().filter(forward).count());
    }
}
