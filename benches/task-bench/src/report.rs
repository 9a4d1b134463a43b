//! What is printed: the configuration before the run, the counts and rates after it.
//!
//! The lines and the formats of their numbers are the original's, so that the scripts that read its output read ours.

use crate::arguments::App;
use crate::graph::{Interval, TaskGraph};
use crate::kernel::Position;
use std::fmt::Write;

/// What the graphs of a run add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tasks.
    pub tasks: i64,
    /// Inputs of all tasks.
    pub dependencies: i64,
    /// Floating-point operations of the kernels.
    pub flops: i64,
    /// Bytes of memory that the kernels move.
    pub bytes: i64,
    /// Inputs that come from the task's own node.
    pub local: i64,
    /// Inputs that come from another node.
    pub nonlocal: i64,
    /// The bytes of the local ones.
    pub local_bytes: i64,
    /// The bytes of the others.
    pub nonlocal_bytes: i64,
}

impl Totals {
    /// Adds up `graphs`, their points divided among `nodes` nodes in blocks; with 0 nodes there is nothing local or not.
    pub fn of(graphs: &[TaskGraph], nodes: i64) -> Totals {
        let mut totals = Totals::default();
        for graph in graphs {
            totals.add(graph, nodes);
        }
        totals
    }

    fn add(&mut self, graph: &TaskGraph, nodes: i64) {
        let (mut local, mut all) = (0, 0);
        for step in 0..graph.steps {
            for point in graph.row(step).into_iter().flat_map(Interval::points) {
                let position = Position {
                    graph: graph.index,
                    step,
                    point,
                };
                self.tasks += 1;
                self.flops += graph.kernel.flops(position, graph.scratch_bytes);
                self.bytes += graph.kernel.bytes(graph.scratch_bytes);
                let here = (nodes > 0).then(|| neighbours_on_node(graph.width, nodes, point));
                for input in graph.inputs(step, point) {
                    all += input.count();
                    let near = here.and_then(|here| input.meet(here));
                    local += near.map_or(0, Interval::count);
                }
            }
        }
        self.dependencies += all;
        if nodes > 0 {
            let bytes = graph.output_bytes as i64;
            self.local += local;
            self.nonlocal += all - local;
            self.local_bytes += local * bytes;
            self.nonlocal_bytes += (all - local) * bytes;
        }
    }
}

/// The block of points that lies on the node of `point`.
fn neighbours_on_node(width: i64, nodes: i64, point: i64) -> Interval {
    let node = point * nodes / width;
    Interval {
        first: node * width / nodes,
        last: (node + 1) * width / nodes - 1,
    }
}

/// The lines before the run.
pub fn configuration(app: &App) -> String {
    let mut text = String::from("Running Task Benchmark\n  Configuration:\n");
    for graph in &app.graphs {
        let kernel = &graph.kernel;
        let _ = write!(
            text,
            "    Task Graph {}:\n      Time Steps: {}\n      Max Width: {}\n      Dependence Type: {}\n      Radix: {}\n      \
             Period: {}\n      Fraction Connected: {:.6}\n      Kernel:\n        Type: {}\n        Iterations: {}\n        \
             Samples: {}\n        Imbalance: {:.6}\n      Output Bytes: {}\n      Scratch Bytes: {}\n",
            graph.index + 1,
            graph.steps,
            graph.width,
            graph.pattern.name(),
            graph.radix,
            graph.period,
            graph.fraction,
            kernel.kind.name(),
            kernel.iterations,
            kernel.samples,
            kernel.imbalance,
            graph.output_bytes,
            graph.scratch_bytes,
        );
        if app.verbose > 0 {
            rows(&mut text, graph, app.verbose > 1);
        }
    }
    text
}

/// Every row's points and dependences.
fn rows(text: &mut String, graph: &TaskGraph, reverse: bool) {
    const NONE: Interval = Interval { first: 0, last: -1 };
    for step in 0..graph.steps {
        let row = graph.row(step).unwrap_or(NONE);
        let before = graph.row(step - 1).unwrap_or(NONE);
        let _ = writeln!(
            text,
            "      Timestep {step} (offset {}, width {}, last offset {}, last width {}):\n        Points:{}\n        Dependencies:",
            row.first,
            row.count(),
            before.first,
            before.count(),
            listed(std::iter::once(row)),
        );
        for point in row.points() {
            let inputs = listed(graph.inputs(step, point));
            let _ = writeln!(text, "          Point {point}:{inputs}");
        }
        if reverse {
            text.push_str("        Reverse Dependencies:\n");
            for point in before.points() {
                let outputs = graph.reverse_dependencies(graph.set_at(step), point);
                let outputs = listed(outputs.into_iter().filter_map(|part| part.meet(row)));
                let _ = writeln!(text, "          Point {point}:{outputs}");
            }
        }
    }
}

fn listed(intervals: impl Iterator<Item = Interval>) -> String {
    intervals
        .flat_map(Interval::points)
        .fold(String::new(), |text, point| format!("{text} {point}"))
}

/// The lines after a run of `seconds`.
pub fn timing(app: &App, seconds: f64) -> String {
    let totals = Totals::of(&app.graphs, app.nodes);
    let rate = |count: i64| exponent(count as f64 / seconds);
    let mut text = format!(
        "Total Tasks {}\nTotal Dependencies {}\n",
        totals.tasks, totals.dependencies
    );
    if app.nodes > 0 {
        let _ = write!(
            text,
            "  Local Dependencies {} (estimated)\n  Nonlocal Dependencies {} (estimated)\n  Number of Nodes (used for estimate) {}\n",
            totals.local, totals.nonlocal, app.nodes
        );
    } else {
        text.push_str("  Unable to estimate local/nonlocal dependencies\n");
    }
    let _ = write!(
        text,
        "Total FLOPs {}\nTotal Bytes {}\nElapsed Time {} seconds\nFLOP/s {}\nB/s {}\nTransfer (estimated):\n",
        totals.flops,
        totals.bytes,
        exponent(seconds),
        rate(totals.flops),
        rate(totals.bytes),
    );
    if app.nodes > 0 {
        let _ = write!(
            text,
            "  Local Bytes {}\n  Nonlocal Bytes {}\n  Local Bandwidth {} B/s\n  Nonlocal Bandwidth {} B/s\n",
            totals.local_bytes,
            totals.nonlocal_bytes,
            rate(totals.local_bytes),
            rate(totals.nonlocal_bytes),
        );
    } else {
        text.push_str("  Unable to estimate local/nonlocal transfer\n");
    }
    text
}

/// As C's `%e` writes it: six decimals, a sign and at least two digits of exponent.
fn exponent(value: f64) -> String {
    let text = format!("{value:.6e}");
    match text.split_once('e') {
        Some((digits, power)) => {
            let (sign, power) = match power.strip_prefix('-') {
                Some(power) => ('-', power),
                None => ('+', power),
            };
            format!("{digits}e{sign}{power:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Request;

    fn app(line: &str) -> App {
        match App::parse(line.split_whitespace().map(str::to_owned)).unwrap() {
            Request::Run(app) => app,
            Request::Help => panic!("{line} asks for help"),
        }
    }

    #[test]
    fn numbers_look_as_from_c() {
        assert_eq!(exponent(1234.5), "1.234500e+03");
        assert_eq!(exponent(0.000_012_5), "1.250000e-05");
        assert_eq!(exponent(0.0), "0.000000e+00");
        assert_eq!(exponent(1e120), "1.000000e+120");
        assert_eq!(exponent(f64::INFINITY), "inf");
    }

    #[test]
    fn a_stencil_is_counted() {
        // Three rows with inputs, of 2 + 3 + 3 + 2 each; on two nodes the four inputs across the middle are two a row.
        let app = app(
            "-type stencil_1d -steps 4 -width 4 -kernel compute_bound -iter 10 -output 32 -nodes 2",
        );
        assert_eq!(
            Totals::of(&app.graphs, 2),
            Totals {
                tasks: 16,
                dependencies: 30,
                flops: 16 * 1344,
                bytes: 0,
                local: 24,
                nonlocal: 6,
                local_bytes: 24 * 32,
                nonlocal_bytes: 6 * 32,
            }
        );
    }

    #[test]
    fn narrow_rows_are_counted_as_they_are() {
        // Rows of 1, 2, 3, 2, 1 points; each but the first needs those of two neighbours that the row before has.
        let dom = app("-type dom -steps 5 -width 3");
        let totals = Totals::of(&dom.graphs, 0);
        assert_eq!((totals.tasks, totals.dependencies), (9, 2 + 4 + 4 + 2));
        let tree = app("-type tree -steps 4 -width 8");
        let totals = Totals::of(&tree.graphs, 0);
        assert_eq!((totals.tasks, totals.dependencies), (15, 14));
    }

    #[test]
    fn the_report_has_the_lines_of_the_original() {
        let app = app("-type no_comm -steps 2 -width 2 -kernel compute_bound -iter 1 -nodes 1");
        assert_eq!(
            timing(&app, 0.5),
            "Total Tasks 4\nTotal Dependencies 2\n  Local Dependencies 2 (estimated)\n  Nonlocal Dependencies 0 (estimated)\n  \
             Number of Nodes (used for estimate) 1\nTotal FLOPs 768\nTotal Bytes 0\nElapsed Time 5.000000e-01 seconds\n\
             FLOP/s 1.536000e+03\nB/s 0.000000e+00\nTransfer (estimated):\n  Local Bytes 32\n  Nonlocal Bytes 0\n  \
             Local Bandwidth 6.400000e+01 B/s\n  Nonlocal Bandwidth 0.000000e+00 B/s\n"
        );
    }

    #[test]
    fn the_configuration_lists_rows_when_asked() {
        let text = configuration(&app("-type tree -steps 2 -width 2 -vv"));
        assert!(text.contains("      Dependence Type: tree\n      Radix: 3\n"));
        assert!(text.contains(
            "      Timestep 1 (offset 0, width 2, last offset 0, last width 1):\n        Points: 0 1\n        Dependencies:\n          \
             Point 0: 0\n          Point 1: 0\n        Reverse Dependencies:\n          Point 0: 0 1\n"
        ));
    }
}
