//! `ui-case`: each program under `ui-tests/tests/fail` has the message users get beside it, and no
//! message has lost its program.

use super::Finding;
use super::tree::Tree;

const FAILING: &str = "ui-tests/tests/fail/";
const PASSING: &str = "ui-tests/tests/pass/";

/// Whether the file is a case that trybuild compiles.
pub(super) fn is_case(path: &str) -> bool {
    path.starts_with(FAILING) || path.starts_with(PASSING)
}

pub(super) fn check(tree: &Tree, found: &mut Vec<Finding>) {
    for path in tree.paths().filter(|path| path.starts_with(FAILING)) {
        let (partner, remedy) = if let Some(stem) = path.strip_suffix(".rs") {
            (
                format!("{stem}.stderr"),
                "bless its message: TRYBUILD=overwrite cargo test -p ui-tests",
            )
        } else if let Some(stem) = path.strip_suffix(".stderr") {
            (
                format!("{stem}.rs"),
                "remove this message: its program is gone",
            )
        } else {
            continue;
        };
        if !tree.has(&partner) {
            found.push(Finding {
                path: path.to_owned(),
                line: 1,
                rule: "ui-case",
                remedy: remedy.to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_messages_come_in_pairs() {
        let tree = Tree::of(&[
            ("ui-tests/tests/fail/cycle.rs", ""),
            ("ui-tests/tests/fail/cycle.stderr", ""),
            ("ui-tests/tests/fail/lonely.rs", ""),
            ("ui-tests/tests/fail/orphan.stderr", ""),
            ("ui-tests/tests/pass/fine.rs", ""),
        ]);
        let mut found = Vec::new();
        check(&tree, &mut found);
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "ui-tests/tests/fail/lonely.rs",
                "ui-tests/tests/fail/orphan.stderr"
            ]
        );
    }
}
