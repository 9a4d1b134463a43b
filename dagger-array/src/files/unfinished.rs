//! A file or folder under a name for the time being, which goes away again unless it is completed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file or folder that is being written. Dropped before [`complete`](Self::complete), it is removed.
#[derive(Debug)]
pub(super) struct Unfinished {
    now: PathBuf,
    /// What it shall be called; none when it is.
    name: Option<PathBuf>,
}

impl Unfinished {
    /// A new, empty file in the folder of `name`.
    pub(super) fn create(name: &Path) -> io::Result<(Self, File)> {
        let now = hidden(name)?;
        let file = File::create_new(&now)?;
        let name = Some(name.to_owned());
        Ok((Unfinished { now, name }, file))
    }

    /// A new, empty folder in the folder of `name`.
    #[cfg(feature = "zarr")]
    pub(super) fn folder(name: &Path) -> io::Result<Self> {
        let now = hidden(name)?;
        fs::create_dir(&now)?;
        let name = Some(name.to_owned());
        Ok(Unfinished { now, name })
    }

    /// Where it is for the time being.
    pub(super) fn path(&self) -> &Path {
        &self.now
    }

    /// Makes sure that all of it is on the disk, and gives it its name.
    pub(super) fn complete(mut self) -> io::Result<()> {
        File::open(&self.now)?.sync_all()?;
        if let Some(name) = &self.name {
            fs::rename(&self.now, name)?;
        }
        self.name = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.name.is_some() {
            // If it cannot be removed, its name says what it is.
            let _ = fs::remove_file(&self.now).or_else(|_| fs::remove_dir_all(&self.now));
        }
    }
}

/// A name for the time being, beside the one it shall have.
fn hidden(name: &Path) -> io::Result<PathBuf> {
    /// So that two writes of one file at the same time do not meet.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let file_name = name.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(file_name);
    // relaxed: only uniqueness matters.
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    hidden.push(format!(".{}-{number}.unfinished", process::id()));
    Ok(name.with_file_name(hidden))
}
