//! Which folder builds go to, and how several clones share it.
//!
//! `CARGO_TARGET_DIR` decides if it is set. Otherwise builds go to `dagger/target` in the user's
//! cache, so that a fresh clone finds its dependencies built; if that folder cannot be written, to
//! `target` in the clone. `.ci/run` makes the same choice for `xtask` itself.
//!
//! Sharing has a trap. Cargo rebuilds a workspace crate when a source file is *newer* than the last
//! build, whichever clone that build was for. A clone whose files are older would silently test
//! the other clone's code. So the folder carries a stamp that names the clone it was last used
//! by, and a clone that finds another's stamp first gives its own files a new time.
//!
//! It does not touch artefacts and does not look at what cargo put into the folder.

use std::error::Error;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::workspace::{Workspace, cargo_program};

/// Held while a command relies on what it built staying in the folder.
pub(crate) struct Claim {
    _lock: File,
}

/// Chooses the build folder of the clone at `root`.
pub(crate) fn choose(root: &Path) -> PathBuf {
    if let Some(folder) = non_empty_variable("CARGO_TARGET_DIR") {
        // Relative to where the user is, as cargo reads it.
        return std::path::absolute(&folder).unwrap_or(folder);
    }
    let cache = non_empty_variable("XDG_CACHE_HOME")
        .or_else(|| non_empty_variable("HOME").map(|home| home.join(".cache")));
    let fallback = root.join("target");
    let Some(cache) = cache else {
        eprintln!("xtask: no cache folder (HOME is not set); building in ./target");
        return fallback;
    };
    let folder = cache.join("dagger").join("target");
    match prepare(&folder) {
        Ok(()) => folder,
        Err(error) => {
            eprintln!(
                "xtask: {} cannot be used ({error}); building in ./target",
                folder.display()
            );
            fallback
        }
    }
}

/// Takes the build folder for this clone: waits for other commands that hold it, and makes cargo
/// see this clone's files as new if another clone built here last. If `xtask` itself may be the
/// other clone's, it is built and started again, and this call does not return.
pub(crate) fn claim(workspace: &Workspace) -> Result<Claim, Box<dyn Error>> {
    let folder = workspace.target();
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("xtask.lock"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!(
                "xtask: waiting for another `cargo xtask` in {}",
                folder.display()
            );
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let stamp_file = folder.join("xtask.clone");
    let stamp = identity(workspace.root());
    let found = fs::read_to_string(&stamp_file).ok();
    if found.as_deref() == Some(stamp.as_str()) {
        return Ok(Claim { _lock: lock });
    }
    if found.is_some() {
        println!(
            "xtask: another clone built in {} last; rebuilding this clone's crates",
            folder.display()
        );
        renew_times(workspace)?;
    }
    fs::write(&stamp_file, &stamp)?;
    let this_program = std::env::current_exe()?;
    if found.is_some() && this_program.starts_with(folder) {
        drop(lock);
        start_again();
    }
    Ok(Claim { _lock: lock })
}

/// Names a clone: its path and when that folder was made, so that a clone made anew in the same
/// place counts as another.
fn identity(root: &Path) -> String {
    let made = fs::metadata(root)
        .and_then(|metadata| metadata.created())
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |time| time.as_nanos());
    format!("{} {made}\n", root.display())
}

fn renew_times(workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now();
    for path in workspace.files()? {
        // Setting a time needs no write access to the content, only to be the owner.
        File::open(workspace.root().join(&path))
            .and_then(|file| file.set_modified(now))
            .map_err(|error| {
                format!("{path}: {error}; set CARGO_TARGET_DIR to a folder of this clone's own")
            })?;
    }
    Ok(())
}

fn start_again() -> ! {
    let status = Command::new(cargo_program())
        .args(["run", "--quiet", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .status();
    let code = match status {
        Ok(status) => status.code().unwrap_or(1),
        Err(error) => {
            eprintln!("xtask: cargo could not be started: {error}");
            1
        }
    };
    std::process::exit(code)
}

fn prepare(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!("xtask.probe.{}", std::process::id()));
    File::create(&probe)?;
    fs::remove_file(probe)
}

fn non_empty_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_names_the_folder() {
        let folder = std::env::temp_dir();
        assert_eq!(identity(&folder), identity(&folder));
        assert!(identity(&folder).starts_with(&folder.display().to_string()));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_refused() {
        let file = std::env::temp_dir().join(format!("xtask-probe-{}", std::process::id()));
        fs::write(&file, "a file, not a folder").unwrap();
        assert!(prepare(&file.join("target")).is_err());
        fs::remove_file(file).unwrap();
    }
}
