//! `sync-module` and `ordering`, for `dagger-core` alone.
//!
//! `sync-module`: atomics come from the crate's `sync` module, so that loom can stand in for them.
//! `ordering`: a memory ordering has a comment that says what it `pairs with` or, after `relaxed:`, why
//! it needs no partner. The comment stands in the statement or in the four lines above it.
//!
//! Tests are free of both rules: they check results, and under loom they need loom's own types.

use super::Finding;
use super::source::{Line, Source, find_word};

const ORDERINGS: &[&str] = &["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];
/// How many lines above the statement the comment may stand.
const REACH: usize = 4;

pub(super) fn check(source: &Source, found: &mut Vec<Finding>) {
    let Some(module) = source.path.strip_prefix("dagger-core/src/") else {
        return;
    };
    if module.ends_with("tests.rs") || module.contains("tests/") {
        return;
    }
    if module != "sync.rs" && !module.starts_with("sync/") {
        check_imports(source, found);
    }
    check_orderings(source, found);
}

fn check_imports(source: &Source, found: &mut Vec<Finding>) {
    // The `std::sync::{` of a grouped import, until its semicolon.
    let mut in_group = false;
    for (number, line) in source.numbered() {
        let code: String = line.code.split_whitespace().collect::<Vec<_>>().join(" ");
        let direct = ["std::sync::atomic", "core::sync::atomic", "loom::sync"]
            .iter()
            .any(|path| find_word(&code, path).is_some());
        in_group |= ["std::sync::{", "core::sync::{", "use std::{", "use core::{"]
            .iter()
            .any(|open| code.contains(open));
        let grouped = in_group && find_word(&code, "atomic").is_some();
        if code.contains(';') {
            in_group = false;
        }
        if (direct || grouped) && !line.in_test {
            found.push(Finding {
                path: source.path.clone(),
                line: number,
                rule: "sync-module",
                remedy: "take atomics from `crate::sync`, so that loom can stand in for them"
                    .into(),
            });
        }
    }
}

fn check_orderings(source: &Source, found: &mut Vec<Finding>) {
    let mut in_use = false;
    for (index, line) in source.lines.iter().enumerate() {
        let code = line.code.trim();
        in_use |= code.starts_with("use ")
            || code.starts_with("pub use ")
            || code.starts_with("pub(crate) use ");
        let named = !in_use
            && !line.in_test
            && ORDERINGS
                .iter()
                .any(|ordering| names_ordering(code, ordering));
        if code.contains(';') {
            in_use = false;
        }
        let first = first_line_of_statement(&source.lines, index).saturating_sub(REACH);
        let near = &source.lines[first..=index];
        if named && !near.iter().any(|line| explains(&line.comment)) {
            found.push(Finding {
                path: source.path.clone(),
                line: index + 1,
                rule: "ordering",
                remedy: format!(
                    "say in a comment, at most {REACH} lines above the statement, what it \
                     `pairs with`, or after `relaxed:` why it needs no partner"
                ),
            });
        }
    }
}

fn first_line_of_statement(lines: &[Line], index: usize) -> usize {
    let ends_another = |line: &Line| {
        let code = line.code.trim();
        code.is_empty() || code.ends_with([';', '{', '}'])
    };
    (0..index)
        .rev()
        .find(|&above| ends_another(&lines[above]))
        .map_or(0, |above| above + 1)
}

/// `Ordering::Acquire` or a bare `Acquire`, but not another type's `State::Acquire`.
fn names_ordering(code: &str, ordering: &str) -> bool {
    let Some(at) = find_word(code, ordering) else {
        return false;
    };
    let before = &code[..at];
    !before.ends_with("::") || before.ends_with("Ordering::")
}

fn explains(comment: &str) -> bool {
    let comment = comment.to_lowercase();
    comment.contains("pairs with") || comment.contains("relaxed:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found_in;

    const FILE: &str = "dagger-core/src/pool.rs";

    #[test]
    fn atomics_come_from_sync() {
        for bad in [
            "use std::sync::atomic::AtomicUsize;",
            "use std::sync::{Arc, atomic::AtomicUsize};",
            "static X: core::sync::atomic::AtomicBool = f();",
            "use loom::sync::Arc;",
        ] {
            assert_eq!(found_in(check, FILE, bad), [(1, "sync-module")], "{bad}");
            assert!(
                found_in(check, "dagger-core/src/sync.rs", bad).is_empty(),
                "{bad}"
            );
            assert!(
                found_in(check, "benches/src/lib.rs", bad).is_empty(),
                "{bad}"
            );
        }
        assert_eq!(
            found_in(
                check,
                FILE,
                "use std::sync::{\n    Arc,\n    atomic::AtomicU8,\n};"
            ),
            [(3, "sync-module")]
        );
        for good in [
            "use crate::sync::atomic::AtomicUsize;",
            "use std::sync::{Arc, Mutex};\nlet atomic = 1;",
        ] {
            assert!(found_in(check, FILE, good).is_empty(), "{good}");
        }
    }

    #[test]
    fn orderings_name_their_partner() {
        for good in [
            "// Pairs with the Release in `push`.\nx.load(Ordering::Acquire)",
            "x.load(Relaxed) // relaxed: only a statistic",
            "// pairs with `park`:\n// it sees the job.\nx\n    .swap(\n        1, SeqCst)",
            "// relaxed: a hint\nmatch x.compare_exchange(\n    now,\n    now + 1,\n    0,\n    Relaxed,\n    Relaxed,\n) {",
            "use Ordering::{Acquire, Release};",
            "State::Release => {}\na.cmp(b) == Ordering::Less",
            "#[cfg(test)]\nmod tests {\n    fn f() { x.load(Ordering::SeqCst); }\n}",
        ] {
            assert!(found_in(check, FILE, good).is_empty(), "{good}");
        }
        for bad in [
            "x.load(Ordering::Acquire)",
            "// Loads.\nx.load(Acquire)",
            "// pairs with y\n\n\n\n\nx.load(SeqCst)",
        ] {
            assert_eq!(
                found_in(check, FILE, bad),
                [(bad.lines().count(), "ordering")],
                "{bad}"
            );
        }
    }
}
