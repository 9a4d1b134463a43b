//! `module-docs`: a module opens with what it does. `length`: no file beyond 500 lines.

use super::Finding;
use super::source::Source;

const LONGEST: usize = 500;

pub(super) fn check(source: &Source, found: &mut Vec<Finding>) {
    if !is_exempt_from_docs(&source.path) && !opens_with_docs(source) {
        found.push(Finding {
            path: source.path.clone(),
            line: 1,
            rule: "module-docs",
            remedy: "open the file with `//!`: what it does, and what it deliberately does not"
                .into(),
        });
    }
    if source.lines.len() > LONGEST {
        found.push(Finding {
            path: source.path.clone(),
            line: LONGEST + 1,
            rule: "length",
            remedy: format!(
                "split the file by concept: {} lines, at most {LONGEST}",
                source.lines.len()
            ),
        });
    }
}

/// Build scripts say what they do by what they are; a ui case's first line is part of its message.
fn is_exempt_from_docs(path: &str) -> bool {
    path.ends_with("build.rs") || super::ui_cases::is_case(path)
}

/// Inner attributes may come first; so may documentation taken from a file.
fn opens_with_docs(source: &Source) -> bool {
    for line in &source.lines {
        let code = line.code.trim();
        if line.comment.trim_start().starts_with("//!") || code.starts_with("#![doc") {
            return true;
        }
        if !code.is_empty() && !code.starts_with("#![") || !line.comment.is_empty() {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found_in;

    #[test]
    fn module_docs() {
        for good in [
            "//! Docs.\nfn f() {}",
            "\n#![no_std]\n//! Docs.",
            "#![doc = include_str!(\"x\")]",
        ] {
            assert!(found_in(check, "a/src/lib.rs", good).is_empty(), "{good}");
        }
        for bad in [
            "",
            "fn f() {}\n//! Late.",
            "// A comment.\n//! Docs.",
            "/// Docs of f.\nfn f() {}",
        ] {
            assert_eq!(
                found_in(check, "a/src/lib.rs", bad),
                [(1, "module-docs")],
                "{bad}"
            );
        }
        assert!(found_in(check, "ui-tests/tests/fail/cycle.rs", "fn main() {}").is_empty());
        assert!(found_in(check, "benches/build.rs", "fn main() {}").is_empty());
        assert_eq!(
            found_in(check, "ui-tests/tests/run.rs", "fn main() {}"),
            [(1, "module-docs")]
        );
    }

    #[test]
    fn length() {
        let lines = |count: usize| format!("//! Docs.\n{}", "\n".repeat(count - 2) + "x\n");
        assert!(found_in(check, "a.rs", &lines(LONGEST)).is_empty());
        assert_eq!(
            found_in(check, "a.rs", &lines(LONGEST + 1)),
            [(LONGEST + 1, "length")]
        );
    }
}
