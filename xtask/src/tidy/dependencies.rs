//! `dependency`: ARCHITECTURE.md says of each dependency why it is there.

use super::Finding;
use super::source::find_word;
use super::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree, found: &mut Vec<Finding>) {
    let page = tree.text(PAGE).unwrap_or_default();
    let manifests = || {
        tree.texts()
            .filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml"))
    };
    let own: Vec<&str> = manifests()
        .filter_map(|(_, text)| package_name(text))
        .collect();
    for (path, text) in manifests() {
        for (line, name) in dependencies(text) {
            if !own.contains(&name) && !mentions(page, name) {
                found.push(Finding {
                    path: path.to_owned(),
                    line,
                    rule: "dependency",
                    remedy: format!("say in {PAGE} why `{name}` is there"),
                });
            }
        }
    }
}

fn package_name(manifest: &str) -> Option<&str> {
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
}

/// The dependencies a manifest names, with their lines: `name = …` or `[dependencies.name]`. What is
/// inherited (`name.workspace = true`) is named in the workspace's own manifest.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut named = Vec::new();
    let mut in_list = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .map(|(header, _)| header)
        {
            // The target in `[target.'cfg(unix)'.dependencies]` may hold dots; the end tells.
            in_list = header.ends_with("dependencies");
            if let Some((table, name)) = header.rsplit_once('.')
                && table.ends_with("dependencies")
            {
                named.push((index + 1, name));
            }
        } else if in_list
            && line.starts_with(|first: char| first.is_ascii_alphabetic())
            && let Some((key, _)) = line.split_once('=')
        {
            let key = key.trim();
            if !key.ends_with(".workspace") && !line.contains("workspace = true") {
                named.push((index + 1, key));
            }
        }
    }
    named
}

/// `-` joins words in crate names, which `find_word` does not know.
fn mentions(page: &str, name: &str) -> bool {
    page.lines().any(|line| {
        let mut rest = line;
        while let Some(at) = find_word(rest, name) {
            let end = at + name.len();
            if !rest[..at].ends_with('-') && !rest[end..].starts_with('-') {
                return true;
            }
            rest = &rest[end..];
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dependency_is_explained() {
        let tree = Tree::of(&[
            (
                "ARCHITECTURE.md",
                "`rayon`: the pool.\n`core-affinity-extra`, `loom`: tests.\n",
            ),
            ("own/Cargo.toml", "[package]\nname = \"own\"\n"),
            (
                "a/Cargo.toml",
                "[package]\nname = \"a\"\n\n[dependencies]\nrayon = \"1\"\nown.workspace = true\n# why\naffinity = \"1\"\n\n\
                 [target.'cfg(loom)'.dependencies]\nloom = \"0.7\"\n[dev-dependencies.proptest]\nversion = \"1\"\n[features]\nx = []\n",
            ),
        ]);
        let mut found = Vec::new();
        check(&tree, &mut found);
        let found: Vec<(usize, String)> = found
            .into_iter()
            .map(|finding| (finding.line, finding.remedy))
            .collect();
        let why = |name| format!("say in ARCHITECTURE.md why `{name}` is there");
        assert_eq!(found, [(8, why("affinity")), (12, why("proptest"))]);
    }

    #[test]
    fn names_with_hyphens_are_whole() {
        assert!(mentions("about `crossbeam-deque`", "crossbeam-deque"));
        assert!(!mentions("about `crossbeam-deque`", "crossbeam"));
        assert!(mentions("`crossbeam-deque`, `crossbeam`", "crossbeam"));
    }
}
