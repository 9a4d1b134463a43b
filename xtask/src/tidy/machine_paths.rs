//! `machine-path`: no file names a folder that only one machine has.

use super::Finding;
use super::tree::Tree;

/// Folders at the top of somebody's machine.
const FOLDERS: &[&str] = &["work", "root", "home", "Users"];

pub(super) fn check(tree: &Tree, found: &mut Vec<Finding>) {
    for (path, text) in tree.texts() {
        for (index, line) in text.lines().enumerate() {
            if let Some(folder) = FOLDERS.iter().find(|folder| names_folder(line, folder)) {
                found.push(Finding {
                    path: path.to_owned(),
                    line: index + 1,
                    rule: "machine-path",
                    remedy: format!(
                        "write a path that every machine has, not one under `{folder}`"
                    ),
                });
            }
        }
    }
}

/// `/folder` as the start of a path: not part of a longer name, a longer path or a URL.
fn names_folder(line: &str, folder: &str) -> bool {
    let part = |next: char| {
        next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '}' | ')' | '*' | '>' | '~')
    };
    let path = format!("/{folder}");
    line.match_indices(&path).any(|(at, _)| {
        let after = &line[at + path.len()..];
        !line[..at].ends_with(part) && !line[..at].ends_with('/') && after.starts_with('/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_machine_are_found() {
        let slash = "/";
        for bad in [
            "see {}work/x",
            "\"{}home/ada/.cache\"",
            "cd {}root/x",
            "({}Users/ada)",
        ] {
            let text = format!("fine\n{}", bad.replace("{}", slash));
            let mut found = Vec::new();
            check(&Tree::of(&[("notes.md", &text)]), &mut found);
            assert_eq!(
                found.iter().map(|finding| finding.line).collect::<Vec<_>>(),
                [2],
                "{text}"
            );
        }
        for good in [
            "a{}work/b",
            "https:{}/x.org{}home/y",
            "${HOME}{}work/x",
            "{}workspace/x",
            "{}home",
            "~{}work/x",
        ] {
            assert!(
                !FOLDERS
                    .iter()
                    .any(|folder| names_folder(&good.replace("{}", slash), folder)),
                "{good}"
            );
        }
    }
}
