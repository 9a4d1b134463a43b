//! Results kept on disk: tasks with `#[task(checkpoint)]` in a run with `DAGGER_CHECKPOINT=folder`.
//!
//! The body of such a task asks the folder first. A result is found again by a digest of the program's build, the task, and its
//! arguments, as [`Wire`] writes them; so a program that was killed, or that failed, is started again and goes on where results are
//! missing. Another build finds nothing: what its code would compute is not known. Errors and panics are never kept.
//!
//! A file (`file`) is complete or not there: it is written beside its place and then renamed. One that cannot be read is said so on
//! stderr, and the task runs; so is a folder that cannot be written to, and the program goes on without it.
//!
//! Deliberately not here: nothing is deleted. The folder is the user's.

mod file;

use crate::info::{MayFail, Returns};
use crate::launch::build_identity;
use crate::wire::{Encoder, Wire};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{any, env, fs, io};

/// Where the result of one call is kept.
pub struct Checkpoint {
    folder: &'static Path,
    name: &'static str,
    digest: blake3::Hasher,
}

impl Checkpoint {
    /// Of a call of the task called `name`, written at `line` of `file`; `None` when no results are kept.
    pub fn of(name: &'static str, file: &str, line: u32) -> Option<Self> {
        let (folder, build) = place()?;
        let mut checkpoint = Checkpoint {
            folder,
            name,
            digest: blake3::Hasher::new(),
        };
        checkpoint.digest.update(&build.to_le_bytes());
        checkpoint.text(name.as_bytes());
        checkpoint.text(file.as_bytes());
        checkpoint.digest.update(&line.to_le_bytes());
        Some(checkpoint)
    }

    /// The next argument.
    #[must_use]
    pub fn with<T: Kept + ?Sized>(mut self, argument: &T) -> Self {
        self.text(any::type_name::<T>().as_bytes());
        argument.digest(&mut self);
        self
    }

    /// The next argument, a slice of borrowed values.
    #[must_use]
    pub fn with_each<T: Kept + ?Sized>(self, arguments: &[&T]) -> Self {
        let counted = self.with(&arguments.len());
        arguments
            .iter()
            .fold(counted, |checkpoint, argument| checkpoint.with(*argument))
    }

    fn text(&mut self, bytes: &[u8]) {
        self.digest.update(&(bytes.len() as u64).to_le_bytes());
        self.digest.update(bytes);
    }

    fn encoded<'a>(&mut self, write: impl FnOnce(&mut Encoder<'a>)) {
        let mut encoder = Encoder::new();
        write(&mut encoder);
        let encoded = encoder.finish();
        self.text(encoded.head());
        for (bytes, _) in encoded.slices() {
            self.text(bytes);
        }
    }

    /// The file of this call's result of type `T`.
    fn path<T>(&self) -> PathBuf {
        let mut digest = self.digest.clone();
        digest.update(any::type_name::<T>().as_bytes());
        let shown: String = self
            .name
            .chars()
            .take(40)
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let digest = digest.finalize().to_hex();
        self.folder.join(format!("{shown}-{digest}.checkpoint"))
    }
}

/// The folder and this program's build, if results are kept.
fn place() -> Option<(&'static Path, u64)> {
    static PLACE: OnceLock<Option<(PathBuf, u64)>> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let folder = env::var_os("DAGGER_CHECKPOINT").filter(|folder| !folder.is_empty())?;
        let folder = PathBuf::from(folder);
        if let Err(error) = fs::create_dir_all(&folder) {
            let shown = folder.display();
            eprintln!("dagger: no results are kept in DAGGER_CHECKPOINT={shown}: {error}");
            return None;
        }
        match build_identity() {
            Ok(build) => Some((folder, build)),
            Err(error) => {
                eprintln!(
                    "dagger: no results are kept: this build cannot be told from others: {error}"
                );
                None
            }
        }
    });
    place.as_ref().map(|(folder, build)| (&**folder, *build))
}

/// What a task with `checkpoint` takes: a [`Wire`] value, or a slice, text or path that it borrows.
#[diagnostic::on_unimplemented(
    message = "a task with `checkpoint` cannot take `{Self}`: it cannot be written to disk",
    label = "this is a `{Self}`, which is not `Wire`",
    note = "add `#[derive(Wire)]` to your own type, or wrap a serde type in `Serde`"
)]
pub trait Kept {
    #[doc(hidden)]
    fn digest(&self, of: &mut Checkpoint);
}

#[diagnostic::do_not_recommend]
impl<T: Wire> Kept for T {
    fn digest(&self, of: &mut Checkpoint) {
        of.encoded(|out| self.encode(out));
    }
}

impl<T: Wire> Kept for [T] {
    fn digest(&self, of: &mut Checkpoint) {
        of.encoded(|out| {
            out.count(self.len());
            T::encode_slice(self, out);
        });
    }
}

impl Kept for str {
    fn digest(&self, of: &mut Checkpoint) {
        of.text(self.as_bytes());
    }
}

impl Kept for Path {
    fn digest(&self, of: &mut Checkpoint) {
        self.as_os_str().digest(of);
    }
}

impl Kept for OsStr {
    fn digest(&self, of: &mut Checkpoint) {
        of.text(self.as_encoded_bytes());
    }
}

/// What a task with `checkpoint` yields: any [`Wire`] value.
#[diagnostic::on_unimplemented(
    message = "a task with `checkpoint` cannot return `{Self}`: it cannot be written to disk",
    label = "this is a `{Self}`, which is not `Wire`",
    note = "add `#[derive(Wire)]` to your own type, or wrap a serde type in `Serde`"
)]
pub trait KeptResult: Wire {}

#[diagnostic::do_not_recommend]
impl<T: Wire> KeptResult for T {}

/// Runs a task's body unless its result is kept, by what the function returns.
pub trait Keeps<R> {
    /// The kept result, or else that of `body`, which is then kept.
    fn keep(at: Option<Checkpoint>, body: impl FnOnce() -> R) -> R;
}

impl<T: KeptResult> Keeps<T> for Returns {
    fn keep(at: Option<Checkpoint>, body: impl FnOnce() -> T) -> T {
        let Some(path) = at.map(|at| at.path::<T>()) else {
            return body();
        };
        read(&path).unwrap_or_else(|| {
            let value = body();
            write(&path, &value);
            value
        })
    }
}

impl<T: KeptResult, E> Keeps<Result<T, E>> for MayFail {
    fn keep(at: Option<Checkpoint>, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let Some(path) = at.map(|at| at.path::<T>()) else {
            return body();
        };
        if let Some(value) = read(&path) {
            return Ok(value);
        }
        let value = body()?;
        write(&path, &value);
        Ok(value)
    }
}

fn read<T: Wire>(path: &Path) -> Option<T> {
    match file::read(path) {
        Ok(value) => Some(value),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let shown = path.display();
            eprintln!("dagger: cannot use the checkpoint {shown}: {error}; its task runs again");
            None
        }
    }
}

fn write<T: Wire>(path: &Path, value: &T) {
    if !T::crosses() {
        return;
    }
    if let Err(error) = file::write(path, value) {
        let shown = path.display();
        eprintln!("dagger: cannot write the checkpoint {shown}: {error}; going on without it");
    }
}
