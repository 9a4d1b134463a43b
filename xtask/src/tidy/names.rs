//! `name`: files, folders and modules are named by their role, not `util` or `thing2`.

use super::Finding;
use super::source::{Source, find_word};

const EMPTY_WORDS: &[&str] = &[
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "common",
    "manager",
    "misc",
];

/// Names whose digits belong to them.
const PROPER: &[&str] = &[
    "utf8", "base64", "f32", "f64", "i32", "i64", "u32", "u64", "x86_64", "sha256", "blake3",
];

pub(super) fn check(source: &Source, found: &mut Vec<Finding>) {
    let mut report = |line, complaint| {
        found.push(Finding {
            path: source.path.clone(),
            line,
            rule: "name",
            remedy: complaint,
        });
    };
    let without_end = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    for part in without_end.split('/') {
        if let Some(complaint) = complaint(part) {
            report(1, complaint);
        }
    }
    for (number, line) in source.numbered() {
        let Some(at) = find_word(&line.code, "mod") else {
            continue;
        };
        let name: String = line.code[at + 3..]
            .trim_start()
            .chars()
            .take_while(|next| next.is_alphanumeric() || *next == '_')
            .collect();
        // `mod thing;` is already reported with its file.
        let is_inline = line.code.trim_end().ends_with('{');
        if let (true, Some(complaint)) = (is_inline, complaint(&name)) {
            report(number, complaint);
        }
    }
}

fn complaint(name: &str) -> Option<String> {
    let mut words = name.split(['_', '-']);
    if let Some(word) = words.find(|word| EMPTY_WORDS.contains(word)) {
        return Some(format!(
            "say what `{name}` holds, in the field's words: `{word}` says nothing"
        ));
    }
    if PROPER.iter().any(|proper| name.ends_with(proper)) {
        return None;
    }
    let stem = name.trim_end_matches(|last: char| last.is_ascii_digit());
    if stem.len() < name.len() && !stem.is_empty() {
        return Some(format!(
            "name `{name}` by how it differs from `{}`",
            stem.trim_end_matches('_')
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found_in;

    #[test]
    fn names_of_files_and_modules() {
        for good in [
            "core/src/deque.rs",
            "a/src/utf8.rs",
            "a/src/manage_nothing.rs",
            "a/src/2d/x.rs",
        ] {
            assert!(found_in(check, good, "mod inner {\n}").is_empty(), "{good}");
        }
        for bad in [
            "a/src/util.rs",
            "a/helpers/x.rs",
            "a/src/string_util.rs",
            "a/src/pool2.rs",
            "a/src/pool_2.rs",
        ] {
            assert_eq!(found_in(check, bad, ""), [(1, "name")], "{bad}");
        }
        assert_eq!(
            found_in(check, "a.rs", "\npub(crate) mod common {\n}"),
            [(2, "name")]
        );
        assert!(found_in(check, "a.rs", "let module2 = 1;\n\"mod common {\";").is_empty());
    }
}
