//! Compiled code on disk: what was compiled once is not compiled again, in this run and in later ones.
//!
//! A file's name is a hash of everything that the code depends on: source, flags, architecture, the compiler with its version. That text
//! stands in the file too and is compared, so that two texts of one hash do not meet. A file is written beside its place and renamed, so that
//! nobody ever sees half of one; one that is damaged all the same is made again. A disk that is full or read-only costs time, nothing else.

use crate::driver::{Driver, Outcome};
use dagger_core::kernel::source::{FLAGS, Source};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const MAGIC: &[u8; 8] = b"dgrcode1";

/// A folder of compiled code.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// In a folder, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = Some(folder.into());
        Cache { folder }
    }

    /// Without a folder: everything is compiled.
    pub fn none() -> Self {
        Cache { folder: None }
    }

    /// The user's: `$DAGGER_KERNELS`, or else `dagger/kernels` in the folder for caches.
    pub fn of_user() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty());
        let own = path("DAGGER_KERNELS").map(PathBuf::from);
        let folder = own.or_else(|| {
            let caches = path("XDG_CACHE_HOME").map(PathBuf::from);
            let caches = caches.or_else(|| Some(PathBuf::from(path("HOME")?).join(".cache")));
            Some(caches?.join("dagger/kernels"))
        });
        Cache { folder }
    }

    /// The source's code for a device.
    ///
    /// # Errors
    /// If it has to be compiled and cannot be.
    pub fn code(&self, driver: &dyn Driver, source: &Source) -> Outcome<Vec<u8>> {
        let Some(folder) = &self.folder else {
            return driver.compile(source);
        };
        let (architecture, compiler) = (driver.architecture(), driver.compiler());
        let flags = FLAGS.join(" ");
        let key = format!("{architecture}\n{compiler}\n{flags}\n{}", source.code);
        let file = folder.join(format!(
            "{:016x}{:016x}.code",
            hash(0, key.as_bytes()),
            hash(1, key.as_bytes())
        ));
        if let Some(code) = std::fs::read(&file)
            .ok()
            .and_then(|bytes| unpack(&bytes, &key))
        {
            return Ok(code);
        }
        let code = driver.compile(source)?;
        // Without room on the disk, the next run compiles again.
        let _ = store(&file, &pack(&key, &code));
        Ok(code)
    }
}

/// The hash FNV-1a (Fowler, Noll, Vo) of a number and bytes.
fn hash(start: u64, bytes: &[u8]) -> u64 {
    let start = start.to_le_bytes();
    start
        .iter()
        .chain(bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

/// Magic, the lengths of key and code, both, and a checksum of the code.
fn pack(key: &str, code: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend((key.len() as u64).to_le_bytes());
    bytes.extend((code.len() as u64).to_le_bytes());
    bytes.extend(key.as_bytes());
    bytes.extend(code);
    bytes.extend(hash(2, code).to_le_bytes());
    bytes
}

/// The code, if the file is whole and of this key.
fn unpack(bytes: &[u8], key: &str) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (key_length, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    if u64::from_le_bytes(*key_length) != key.len() as u64 {
        return None;
    }
    let rest = rest.strip_prefix(key.as_bytes())?;
    let (code, sum) = rest.split_at_checked(length)?;
    (sum == hash(2, code).to_le_bytes()).then(|| code.to_vec())
}

fn store(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = file.with_extension(format!("{}-{count}.new", std::process::id()));
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
