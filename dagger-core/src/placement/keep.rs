//! Where models are kept between runs: one file in the user's cache folder, read at the start and replaced at the end.
//!
//! A file that cannot be read is a warning and a fresh start, never an error: it is a cache. It is replaced as a whole, so a run that
//! dies leaves the old one, and of two runs that end at once the later one wins.

use super::models::{Library, Models};
use crate::error::{Error, Result};
use crate::whole_file;
use std::ffi::OsString;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The environment variable: a path, or `off`.
pub const MODELS: &str = "DAGGER_MODELS";
/// A file of more bytes was not written by this module.
const MOST_BYTES: u64 = 16 << 20;

/// The file, and which part of it is this machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    path: PathBuf,
    host: String,
}

/// What earlier runs on machines like this one have learned, from the file that `DAGGER_MODELS` or the cache folder names. Prints as a table.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn models() -> Result<Models> {
    match Store::from_environment() {
        Some(store) => store.read(),
        None => Ok(Models::default()),
    }
}

impl Store {
    /// The file `DAGGER_MODELS` names, or `dagger/models` in the user's cache folder; `None` if it says `off` or there is no such folder.
    pub fn from_environment() -> Option<Self> {
        let path = path_from(|name| std::env::var_os(name).filter(|value| !value.is_empty()))?;
        Some(Store::at(path, host_class()))
    }

    /// This file, for a class of machines that take the same times.
    pub fn at(path: impl Into<PathBuf>, host: impl Into<String>) -> Self {
        Store {
            path: path.into(),
            host: host.into(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was kept; nothing, with a warning on the error output, if the file cannot be read.
    pub fn load(&self) -> Models {
        self.read().unwrap_or_else(|error| {
            eprintln!(
                "warning: {}; the scheduler starts without what earlier runs learned",
                error.message()
            );
            Models::default()
        })
    }

    /// What was kept.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self) -> Result<Models> {
        Ok(self
            .library()?
            .host(&self.host)
            .cloned()
            .unwrap_or_default())
    }

    /// What was kept for each class of machines: their processor, its cores, and how the programs were built.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn classes(&self) -> Result<Vec<(String, Models)>> {
        Ok(self.library()?.hosts)
    }

    /// Removes the file: the next run starts without what earlier ones have learned. Says whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget(&self) -> Result<bool> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.error("cannot remove the models in", error)),
        }
    }

    /// Keeps what a run has learned, together with what others have.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, learned: &Models) -> Result<()> {
        if learned.tasks.is_empty() && learned.link.is_none() {
            return Ok(());
        }
        // What cannot be read was warned about at the start, and is replaced.
        let mut library = self.library().unwrap_or_default();
        library.merge(&self.host, learned);
        self.replace(library.to_text().as_bytes())
            .map_err(|error| self.error("cannot keep what the scheduler learned in", error))
    }

    fn library(&self) -> Result<Library> {
        let text = match read_text(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Library::default()),
            Err(error) => return Err(self.error("cannot read the models in", error)),
        };
        Library::from_text(&text).map_err(|error| self.error("cannot read the models in", error))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        whole_file::replace(&self.path, |file| file.write_all(bytes))
    }

    fn error(&self, what: &str, why: impl std::fmt::Display) -> Error {
        Error::msg(format!("{what} {}: {why}", self.path.display()))
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MOST_BYTES {
        return Err(io::Error::other("it is too large"));
    }
    fs::read_to_string(path)
}

fn path_from(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    match variable(MODELS) {
        Some(off) if off.eq_ignore_ascii_case("off") => None,
        Some(path) => Some(path.into()),
        None => {
            let cache = variable("XDG_CACHE_HOME").map(PathBuf::from);
            let cache = cache.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache")))?;
            Some(cache.join("dagger/models"))
        }
    }
}

/// Machines of one class take the same times: the processor, how many cores, and how the program was built.
fn host_class() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = |line: &str| {
        Some(
            line.strip_prefix("model name")?
                .split_once(':')?
                .1
                .trim()
                .to_owned(),
        )
    };
    let processor = info.lines().find_map(name);
    let processor = processor.unwrap_or_else(|| "processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    format!("{} {processor} x{cores} {build}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::{ExecutionModel, TaskModel};

    /// A folder of its own for a test.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("dagger-keep-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn learned() -> Models {
        let mut execution = ExecutionModel::new();
        execution.learn(100.0, 0.5, 3);
        Models {
            tasks: vec![TaskModel {
                key: 9,
                class: "cpu".into(),
                name: "sum".into(),
                execution,
                output: None,
                used: 0,
            }],
            link: None,
        }
    }

    #[test]
    fn what_is_kept_is_there_for_machines_of_the_same_class_only() {
        let folder = folder("classes");
        let store = Store::at(folder.join("deep/models"), "here");
        assert_eq!(store.load(), Models::default());
        store.save(&learned()).expect("the folder is made");
        assert_eq!(store.load().tasks[0].key, 9);
        assert_eq!(Store::at(store.path(), "there").load(), Models::default());
        let classes = store.classes().expect("just written");
        assert_eq!(classes.len(), 1);
        assert_eq!(classes[0].0, "here");
        let files = fs::read_dir(folder.join("deep")).expect("it is there");
        assert_eq!(files.count(), 1, "no temporary file is left");
        assert!(store.forget().expect("it may be removed"));
        assert!(!store.forget().expect("it is not there"), "once");
        assert!(store.classes().expect("no file is no error").is_empty());
        let _ = fs::remove_dir_all(folder);
    }

    #[test]
    fn a_corrupt_file_is_a_fresh_start_and_is_replaced() {
        let folder = folder("corrupt");
        fs::create_dir_all(&folder).expect("a folder for the test");
        let store = Store::at(folder.join("models"), "here");
        for bytes in [
            &b"\xff\xfe"[..],
            b"something else\n",
            b"dagger models 1\nsum\t00\n",
        ] {
            fs::write(store.path(), bytes).expect("a corrupt file");
            let error = store.read().expect_err("it is corrupt");
            assert!(error.message().contains("models"), "{error}");
            assert_eq!(store.load(), Models::default());
            store.save(&learned()).expect("it is replaced");
            assert_eq!(store.read().expect("whole again").tasks.len(), 1);
        }
        let _ = fs::remove_dir_all(folder);
    }

    #[test]
    fn the_environment_says_where() {
        let path = |set: &[(&str, &str)]| {
            path_from(|name| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(path(&[("DAGGER_MODELS", "off"), ("HOME", "/h")]), None);
        assert_eq!(path(&[]), None);
        assert_eq!(path(&[("DAGGER_MODELS", "m")]), Some("m".into()));
        assert_eq!(
            path(&[("HOME", "/h")]),
            Some("/h/.cache/dagger/models".into())
        );
        assert_eq!(
            path(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]),
            Some("/c/dagger/models".into())
        );
    }

    #[test]
    fn a_machine_has_a_class() {
        let class = host_class();
        assert!(
            class.contains(std::env::consts::ARCH) && class.contains(" x"),
            "{class}"
        );
    }
}
