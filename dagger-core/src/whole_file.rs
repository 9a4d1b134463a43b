//! Files that are there whole or not at all, whoever reads them and whenever the process dies.

use crate::sync::statics::{AtomicU64, Ordering};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;
use std::process;

/// Writes a file beside `path` and gives it that name, in one step, when all of it is on the disk. After an error what `path`
/// named before is untouched.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // A name of its own for each writer, in this process and others.
    // relaxed: only the numbers must differ.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut name = OsString::from(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{number}", process::id()));
    let beside = path.with_file_name(name);
    let replaced = written(&beside, write).and_then(|()| fs::rename(&beside, path));
    if replaced.is_err() {
        // Whether it goes does not matter: nobody looks for it.
        let _ = fs::remove_file(&beside);
    }
    replaced
}

fn written(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = BufWriter::new(File::create_new(path)?);
    write(&mut file)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}
