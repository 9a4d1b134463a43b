//! Tests of the lowered form and of the emitted tokens, without rustc.

mod expansion;
mod order;
mod steps;

use syn::Block;
use syn::parse::Parser;

use super::lower::{Surroundings, lower};
use super::region::Region;

/// The statements, lowered as a block form.
fn lowered(statements: &str) -> Region {
    let stmts = Block::parse_within
        .parse_str(statements)
        .expect("valid Rust");
    assert!(super::check::statements(&stmts).is_empty(), "{statements}");
    lower(stmts, &Surroundings::default())
}

/// What a step is called: its binding, or the task.
fn label(region: &Region, step: u32) -> String {
    let step = &region.steps[step as usize];
    if step.binding.is_empty() {
        step.name.clone()
    } else {
        step.binding.clone()
    }
}

/// The edges between steps as `a→b`, sorted.
fn edges(statements: &str) -> Vec<String> {
    let region = lowered(statements);
    let mut edges: Vec<String> = region
        .edges
        .iter()
        .filter(|edge| (edge.to as usize) < region.steps.len())
        .map(|edge| format!("{}→{}", label(&region, edge.from), label(&region, edge.to)))
        .collect();
    edges.sort();
    edges
}

/// The units, each as the labels of its steps.
fn units(statements: &str) -> Vec<String> {
    let region = lowered(statements);
    region
        .plan
        .units
        .iter()
        .map(|unit| {
            unit.iter()
                .map(|&step| label(&region, step))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}
