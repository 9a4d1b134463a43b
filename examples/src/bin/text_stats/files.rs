//! Which files are meant by the paths on the command line.

use std::path::{Path, PathBuf};

/// The files below some paths, and what could not be looked at.
#[derive(Default)]
pub(crate) struct Found {
    /// Files to read, sorted, each once.
    pub(crate) files: Vec<PathBuf>,
    /// Paths with the reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
}

/// Every file given, and every file below the folders given. Hidden entries and `target` folders below a folder are left
/// out, and links to folders are not followed.
pub(crate) fn below(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => found.walk(path),
            Ok(_) => found.files.push(path.clone()),
            Err(error) => found.unreadable.push((path.clone(), error.to_string())),
        }
    }
    found.files.sort();
    found.files.dedup();
    found
}

/// The Markdown files at the top of this project.
pub(crate) fn project_documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = std::fs::read_dir(&root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

impl Found {
    fn walk(&mut self, folder: &Path) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable.push((folder.to_owned(), error.to_string())),
        };
        for entry in entries {
            let (entry, kind) =
                match entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))) {
                    Ok(known) => known,
                    Err(error) => {
                        self.unreadable.push((folder.to_owned(), error.to_string()));
                        continue;
                    }
                };
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') || (kind.is_dir() && name == "target") {
                continue;
            }
            let path = entry.path();
            if kind.is_dir() {
                self.walk(&path);
            } else if path.is_file() {
                self.files.push(path);
            }
        }
    }
}
