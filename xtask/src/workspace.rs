//! Where this clone is, which files belong to it, and how cargo is called on it.
//!
//! It does not read Cargo's metadata: every package is named as its folder, so a listing tells all.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build_folder;

/// The clone and the folder its builds go to.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the clone this `xtask` was started from and chooses its build folder.
    pub(crate) fn locate() -> Self {
        let root = locate_root();
        let target = build_folder::choose(&root);
        Workspace { root, target }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The build folder. It need not exist yet.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Cargo, working on this clone and building into its build folder. It runs in the folder the
    /// user called from, so that relative paths among the arguments mean what they say.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(cargo_program());
        command
            .arg(subcommand)
            .arg("--manifest-path")
            .arg(self.root.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Paths, relative to the root and with `/`, of all files that git tracks or would track.
    /// Without git, or outside a clone, of all files but those of builds.
    pub(crate) fn files(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut paths = match git_files(&self.root) {
            Ok(paths) => paths,
            Err(why) => {
                eprintln!("xtask: git does not list the files ({why}); taking all of them");
                let mut paths = Vec::new();
                walk(&self.root, "", &mut paths)?;
                paths
            }
        };
        // The index still names files that were deleted and not yet committed.
        paths.retain(|path| self.root.join(path).is_file());
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

fn git_files(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        // A clone made by another user, as on CI, is read here, never trusted with hooks.
        .args(["-c", "safe.directory=*"])
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let list = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(list.split_terminator('\0').map(str::to_owned).collect())
}

/// Collects the files under `folder`, leaving out `target` and hidden folders.
fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if !entry.file_type()?.is_dir() {
            paths.push(path);
        } else if name != "target" && !name.starts_with('.') {
            walk(root, &path, paths)?;
        }
    }
    Ok(())
}

/// The cargo that started us, or the one on the path.
pub(crate) fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// `cargo run` says at run time where the package is. The place known at compile time is only
/// right while the binary was built from this clone, which a shared build folder does not promise.
fn locate_root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.ends_with("xtask"))
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.parent().unwrap_or(&package).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_with_and_without_git() {
        let workspace = Workspace::locate();
        let listed = workspace.files().unwrap();
        let mut walked = Vec::new();
        walk(workspace.root(), "", &mut walked).unwrap();
        for paths in [listed, walked] {
            assert!(paths.iter().any(|path| path == "xtask/src/workspace.rs"));
            assert!(
                !paths
                    .iter()
                    .any(|path| path.starts_with("target/") || path.starts_with(".git/"))
            );
        }
    }
}
