//! A look over a graph before it runs.
//!
//! Flags can ask for a graph that the definitions do not cover: a ring of two points, whose neighbours on both sides are the same one, or
//! more legs of a `spread` than there are points. The original stops at an assertion; here the user is told.

use crate::graph::TaskGraph;
use crate::pattern::Pattern;
use std::collections::HashSet;

/// Checks that the parameters fit together, cheaply.
///
/// # Errors
/// A sentence for the user that names the graph.
pub fn check_parameters(graph: &TaskGraph) -> Result<(), String> {
    let name = graph.pattern.name();
    let refuse = |why: String| Err(format!("task graph {}: {why}", graph.index + 1));
    if graph.pattern.needs_period() && graph.period == 0 {
        return refuse(format!("-type {name} needs a -period of at least 1"));
    }
    if !graph.pattern.needs_period() && graph.period != 0 {
        return refuse(format!("-type {name} has no -period"));
    }
    if graph.pattern == Pattern::Spread {
        if graph.radix == 0 {
            return refuse("-type spread needs a -radix of at least 1".to_owned());
        }
        // Later sets would otherwise reach round to the next leg.
        let most = (graph.width + graph.radix - 1) / graph.radix;
        if graph.period > most {
            return refuse(format!(
                "-type spread with this -width and -radix has a -period of at most {most}"
            ));
        }
    }
    if graph.pattern == Pattern::Fft && graph.width < 2 {
        return refuse("-type fft needs a -width of at least 2".to_owned());
    }
    if graph.fields < 2 && graph.steps > 1 && graph.pattern != Pattern::Trivial {
        return refuse(
            "-field must be at least 2: a row cannot overwrite the one it reads".to_owned(),
        );
    }
    graph.kernel.check(graph.scratch_bytes).or_else(refuse)
}

/// Checks the dependences point by point: no point twice among the inputs of one, all of them in the graph, and the reverse dependences
/// are the inverse of the dependences. The time is that of listing them all.
///
/// # Errors
/// A sentence for the user that names the graph and the points.
pub fn check_dependences(graph: &TaskGraph) -> Result<(), String> {
    let refuse = |why: String| Err(format!("task graph {}: {why}", graph.index + 1));
    for set in 0..graph.sets() {
        let mut edges = HashSet::new();
        for to in graph.points().points() {
            for from in graph
                .dependencies(set, to)
                .into_iter()
                .flat_map(|interval| interval.points())
            {
                if graph.points().meet(crate::Interval::point(from)).is_none() {
                    return refuse(format!("point {to} depends on {from}, which is none"));
                }
                if !edges.insert((from, to)) {
                    return refuse(format!(
                        "with these flags -type {} has point {to} depend on point {from} twice",
                        graph.pattern.name()
                    ));
                }
            }
        }
        for from in graph.points().points() {
            for to in graph
                .reverse_dependencies(set, from)
                .into_iter()
                .flat_map(|interval| interval.points())
            {
                if !edges.remove(&(from, to)) {
                    return refuse(format!(
                        "the outputs of point {from} go to {to}, which does not depend on it"
                    ));
                }
            }
        }
        if let Some((from, to)) = edges.into_iter().min() {
            return refuse(format!(
                "point {to} depends on {from}, whose outputs do not go there"
            ));
        }
    }
    Ok(())
}
