//! A graph in the DOT language, for Graphviz and what reads its files.
//!
//! Nodes are called `n0`, `n1`, … by their numbers and carry the rest as labels,
//! so that no name can break the syntax. Layout is left to the reader.

use std::fmt::Write;

use crate::critical::ChainSteps;
use crate::graph::{EdgeKind, Graph, NodeKind};

impl Graph {
    /// The graph in the DOT language: `dot -Tsvg` and many editors show it.
    ///
    /// The critical path is bold, anti-dependencies are dashed, and edges say which variable causes them.
    pub fn to_dot(&self) -> String {
        let path = self.critical_path();
        let on_path = ChainSteps::new(&path);
        let mut dot = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(dot, "digraph {} {{", quoted(&self.name));
        let _ = writeln!(dot, "  graph [rankdir=TB, fontname=\"sans-serif\"];");
        let _ = writeln!(
            dot,
            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];"
        );
        let _ = writeln!(dot, "  edge [fontname=\"sans-serif\", fontsize=10];");
        for (i, node) in self.nodes.iter().enumerate() {
            let mut label = match &*node.binding {
                "" => node.name.to_string(),
                binding => format!("{binding} = {}", node.name),
            };
            if node.line > 0 {
                let _ = write!(label, "\nline {}", node.line);
            }
            if !node.scope.is_empty() {
                let _ = write!(label, "\non {}", node.scope);
            }
            let shape = match node.kind {
                NodeKind::Task => "",
                NodeKind::Expression => ", shape=plain",
                NodeKind::Branch => ", shape=diamond, style=solid",
                NodeKind::Loop => ", peripheries=2",
            };
            let bold = if on_path.visits(i) {
                ", penwidth=2"
            } else {
                ""
            };
            let _ = writeln!(dot, "  n{i} [label={}{shape}{bold}];", quoted(&label));
        }
        for edge in self
            .edges
            .iter()
            .filter(|edge| edge.from < edge.to && (edge.to as usize) < self.len())
        {
            let style = match edge.kind {
                EdgeKind::Flow => "",
                EdgeKind::Output => ", arrowhead=vee",
                EdgeKind::Anti => ", style=dashed",
                EdgeKind::Control => ", style=dotted",
            };
            let bold = if on_path.takes(edge.from as usize, edge.to as usize) {
                ", penwidth=2"
            } else {
                ""
            };
            let label = quoted(&edge.value);
            let _ = writeln!(
                dot,
                "  n{} -> n{} [label={label}{style}{bold}];",
                edge.from, edge.to
            );
        }
        dot.push_str("}\n");
        dot
    }
}

/// A DOT string. Line breaks become the escape that DOT centres lines with.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Edge, Node};

    #[test]
    fn nodes_and_edges_have_a_statement_each() {
        let nodes = vec![
            Node::new("say(\"hi\")", "a", NodeKind::Task, 2, 1),
            Node::new("for i in 0..3", "", NodeKind::Loop, 0, 0).with_scope("gpu"),
        ];
        let graph = Graph::owned("g", "", nodes, vec![Edge::new(0, 1, EdgeKind::Anti, "a")]);
        let dot = graph.to_dot();
        for line in [
            r#"  n0 [label="a = say(\"hi\")\nline 2", penwidth=2];"#,
            r#"  n1 [label="for i in 0..3\non gpu", peripheries=2, penwidth=2];"#,
            r#"  n0 -> n1 [label="a", style=dashed, penwidth=2];"#,
        ] {
            assert!(
                dot.lines().any(|other| other == line),
                "{line} is not in {dot}"
            );
        }
    }
}
