//! The files of the clone, read once.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use crate::workspace::Workspace;

/// All files, by path from the root. What is no text is only a name here.
pub(super) struct Tree {
    files: BTreeMap<String, Option<String>>,
}

impl Tree {
    pub(super) fn read(workspace: &Workspace) -> Result<Self, Box<dyn Error>> {
        let mut files = BTreeMap::new();
        for path in workspace.files()? {
            let bytes = fs::read(workspace.root().join(&path))
                .map_err(|error| format!("{path}: {error}"))?;
            let text = if bytes.contains(&0) {
                None
            } else {
                String::from_utf8(bytes).ok()
            };
            files.insert(path, text);
        }
        Ok(Tree { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| (path.to_string(), Some(text.to_string())));
        Tree {
            files: files.collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }
}
