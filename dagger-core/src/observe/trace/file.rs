//! The file behind a trace: it grows as the program runs and is valid JSON whenever it is left alone.
//!
//! After each round of events the closing brackets are written too, and the next round writes over them. So the file is
//! complete not only after a clean end but also when the process is killed. Where the target cannot seek (a pipe), the
//! brackets come once, at the end.
//!
//! An error (full disk) is said once on stderr; the program goes on, the trace does not.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const HEAD: &str = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
const TAIL: &str = "\n]}\n";
/// Text is gathered up to this size before it goes to the file.
const BUFFER: usize = 1 << 16;

/// A file to write to, and its name for messages.
#[derive(Debug)]
pub(in crate::observe) struct Target {
    path: PathBuf,
    file: Option<File>,
    seekable: bool,
}

impl Target {
    /// Creates the file, or empties it.
    pub(in crate::observe) fn create(path: &Path) -> io::Result<Target> {
        let file = File::create(path)?;
        let seekable = file.metadata()?.is_file();
        Ok(Target {
            path: path.to_owned(),
            file: Some(file),
            seekable,
        })
    }

    /// Whether what has been written can be replaced later.
    pub(in crate::observe) fn is_seekable(&self) -> bool {
        self.seekable
    }

    /// Replaces the whole content; where that is not possible, adds to it.
    pub(in crate::observe) fn replace(&mut self, content: &[u8]) {
        let seekable = self.seekable;
        self.attempt(|file| {
            if seekable {
                file.seek(SeekFrom::Start(0))?;
                file.set_len(0)?;
            }
            file.write_all(content)
        });
    }

    /// Writes; the first error ends it.
    fn attempt(&mut self, write: impl FnOnce(&mut File) -> io::Result<()>) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = write(file) {
            self.file = None;
            complain(&self.path, &error);
        }
    }
}

/// The one message about a trace that cannot be written.
pub(in crate::observe) fn complain(path: &Path, error: &io::Error) {
    eprintln!(
        "dagger: cannot write the trace to {}: {error}; going on without it",
        path.display()
    );
}

/// The trace's text on its way into the file.
pub(super) struct TraceFile {
    target: Target,
    buffer: String,
    /// Whether an event has been written.
    begun: bool,
    /// Bytes of closing brackets at the end of the file that the next write goes over.
    tail: u64,
}

impl TraceFile {
    pub(super) fn new(target: Target) -> TraceFile {
        TraceFile {
            target,
            buffer: HEAD.to_owned(),
            begun: false,
            tail: 0,
        }
    }

    /// Whether writing has failed.
    pub(super) fn is_dead(&self) -> bool {
        self.target.file.is_none()
    }

    /// Adds events, each on its line and with a comma and a line end behind it.
    pub(super) fn append(&mut self, lines: &str) {
        let Some(events) = lines.strip_suffix(",\n") else {
            return;
        };
        if self.begun {
            self.buffer.push_str(",\n");
        }
        self.begun = true;
        self.buffer.push_str(events);
        if self.buffer.len() >= BUFFER {
            self.write();
        }
    }

    /// Makes the file complete as it stands, where that can be taken back later.
    pub(super) fn complete(&mut self) {
        if self.target.seekable {
            self.finish();
        }
    }

    /// Makes the file complete for good.
    pub(super) fn finish(&mut self) {
        if !self.buffer.is_empty() {
            self.write();
        }
        if self.tail == 0 {
            self.write_tail();
        }
    }

    fn write(&mut self) {
        let (tail, buffer) = (std::mem::take(&mut self.tail), &self.buffer);
        self.target.attempt(|file| {
            if tail > 0 {
                file.seek(SeekFrom::End(-(tail as i64)))?;
            }
            file.write_all(buffer.as_bytes())
        });
        self.buffer.clear();
    }

    fn write_tail(&mut self) {
        self.target.attempt(|file| file.write_all(TAIL.as_bytes()));
        self.tail = TAIL.len() as u64;
    }
}
