//! The exceptions to the rules, all in one place, each with its reason.
//!
//! An exception that no longer excuses anything is itself a finding, so the list cannot rot.

use super::Finding;

/// A rule that one file need not follow.
pub(super) struct Allowed {
    rule: &'static str,
    path: &'static str,
    reason: &'static str,
}

pub(super) const ALLOWED: &[Allowed] = &[];

/// Takes out what is allowed and adds what is allowed in vain.
pub(super) fn apply(allowed: &[Allowed], mut found: Vec<Finding>) -> Vec<Finding> {
    for exception in allowed {
        let before = found.len();
        found.retain(|finding| finding.rule != exception.rule || finding.path != exception.path);
        if found.len() == before {
            found.push(Finding {
                path: file!().to_owned(),
                line: 1,
                rule: "allow",
                remedy: format!(
                    "remove the exception of `{}` from `{}` ({}): it excuses nothing",
                    exception.path, exception.rule, exception.reason
                ),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_excuse_and_must_be_needed() {
        let finding = Finding {
            path: "a.rs".to_owned(),
            line: 3,
            rule: "length",
            remedy: String::new(),
        };
        let allow = |rule| {
            [Allowed {
                rule,
                path: "a.rs",
                reason: "a test",
            }]
        };
        assert!(apply(&allow("length"), vec![finding.clone()]).is_empty());
        let rules: Vec<&str> = apply(&allow("name"), vec![finding])
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(rules, ["length", "allow"]);
    }
}
