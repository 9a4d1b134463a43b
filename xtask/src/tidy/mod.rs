//! `cargo xtask tidy`: the house rules a program can check, over all files git tracks or would track.
//!
//! A rule is a module with a `check` function and its own tests with good and bad snippets; it adds
//! findings, printed as `file:line: rule: what to do`. It does not check what rustfmt, rustc or clippy
//! check already, and it works on text: it parses no Rust and expands no macro.

mod allow;
mod atomics;
mod dependencies;
mod leftovers;
mod machine_paths;
mod names;
mod shape;
mod source;
mod tree;
mod ui_cases;
mod unsafety;

use std::error::Error;

use crate::Outcome;
use crate::workspace::Workspace;
use source::Source;
use tree::Tree;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    rule: &'static str,
    /// What to do about it.
    remedy: String,
}

/// Rules about one Rust file.
const SOURCE_RULES: &[fn(&Source, &mut Vec<Finding>)] = &[
    shape::check,
    names::check,
    unsafety::check,
    leftovers::check,
    atomics::check,
];

/// Rules about the whole tree.
const TREE_RULES: &[fn(&Tree, &mut Vec<Finding>)] =
    &[ui_cases::check, machine_paths::check, dependencies::check];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask tidy".into());
    }
    Ok(check(&Workspace::locate())? == 0)
}

/// Prints all findings; how many there are.
pub(crate) fn check(workspace: &Workspace) -> Result<usize, Box<dyn Error>> {
    let tree = Tree::read(workspace)?;
    let findings = findings(&tree, allow::ALLOWED);
    for finding in &findings {
        println!(
            "{}:{}: {}: {}",
            finding.path, finding.line, finding.rule, finding.remedy
        );
    }
    println!("tidy: {} files, {} findings", tree.len(), findings.len());
    Ok(findings.len())
}

fn findings(tree: &Tree, allowed: &[allow::Allowed]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| path.ends_with(".rs")) {
        let source = Source::scan(path, text);
        for rule in SOURCE_RULES {
            rule(&source, &mut found);
        }
    }
    for rule in TREE_RULES {
        rule(tree, &mut found);
    }
    let mut found = allow::apply(allowed, found);
    found.sort();
    found
}

/// What `check` finds in one file, as `(line, rule)`: for the rules' own tests.
#[cfg(test)]
fn found_in(
    check: fn(&Source, &mut Vec<Finding>),
    path: &str,
    text: &str,
) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    check(&Source::scan(path, text), &mut found);
    found
        .into_iter()
        .map(|finding| (finding.line, finding.rule))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_sorted_and_of_all_rules() {
        let tree = Tree::of(&[
            ("b/src/lib.rs", "fn f() { todo!() }\n"),
            ("a/src/util.rs", "//! Docs.\n"),
        ]);
        let found: Vec<(String, &str)> = findings(&tree, &[])
            .into_iter()
            .map(|finding| (finding.path, finding.rule))
            .collect();
        let expected = [
            ("a/src/util.rs", "name"),
            ("b/src/lib.rs", "leftover"),
            ("b/src/lib.rs", "module-docs"),
        ];
        assert_eq!(found, expected.map(|(path, rule)| (path.to_owned(), rule)));
    }
}
