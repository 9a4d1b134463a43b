//! Labels in front of the lines that ranks print: `[rank 2] hello`.
//!
//! Standard output and error of the process become pipes, whatever writes to them: Rust, C, or a child. A thread for each reads the
//! pipe and writes whole lines, with the label, to where the output went before. When the process exits, the pipes are closed and what is
//! left in them is written. Only a process that is killed loses what was on its way.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long exiting waits for output of children that still hold a pipe.
const GRACE: Duration = Duration::from_secs(1);

/// A stream that is being labelled.
struct Labelled {
    stream: RawFd,
    /// Where it went before.
    before: OwnedFd,
    /// Hears when everything has been written.
    written: Receiver<()>,
}

static LABELLED: Mutex<Vec<Labelled>> = Mutex::new(Vec::new());

/// Labels the output of this process, which is rank `rank`, if `DAGGER_LABEL` is set to anything but `0`.
///
/// # Errors
/// As for [`label_output`].
pub fn label_from_environment(rank: usize) -> Result<()> {
    match std::env::var_os("DAGGER_LABEL") {
        Some(value) if !value.is_empty() && value != "0" => label_output(rank),
        _ => Ok(()),
    }
}

/// Puts `[rank N] ` in front of every line that this process prints from now on. A second call changes nothing.
///
/// # Errors
/// When the system gives no pipe or no thread.
pub fn label_output(rank: usize) -> Result<()> {
    let mut labelled = LABELLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !labelled.is_empty() {
        return Ok(());
    }
    let label = || format!("[rank {rank}] ");
    let failed = |error| Error::start(format!("the output cannot be labelled: {error}"));
    labelled.push(redirect(io::stdout(), label()).map_err(failed)?);
    labelled.push(redirect(io::stderr(), label()).map_err(failed)?);
    // SAFETY: the function stays and takes nothing. Should there be no room for it, the ends of lines may be lost; nothing else.
    unsafe { libc::atexit(at_exit) };
    Ok(())
}

/// Ends the labelling and writes what is still on its way, for those who are about to end the process without letting it exit.
pub fn flush_labels() {
    let mut labelled = LABELLED.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = io::stdout().flush();
    for one in labelled.iter() {
        // With this our end of the pipe is closed, and its thread comes to an end.
        let _ = replace(one.stream, &one.before);
    }
    for one in labelled.drain(..) {
        let _ = one.written.recv_timeout(GRACE);
    }
}

extern "C" fn at_exit() {
    // SAFETY: C's own streams, which this call may be made for at any time.
    unsafe { libc::fflush(std::ptr::null_mut()) };
    flush_labels();
}

fn redirect(stream: impl AsFd, label: String) -> io::Result<Labelled> {
    let stream = stream.as_fd();
    let (read, write) = io::pipe()?;
    let before = stream.try_clone_to_owned()?;
    let mut out = File::from(before.try_clone()?);
    let (done, written) = channel();
    thread::Builder::new()
        .name("dagger-label".to_owned())
        .spawn(move || {
            // Where nobody reads any more, there is nobody to tell.
            let _ = forward(read, &mut out, label.as_bytes());
            let _ = done.send(());
        })?;
    let stream = stream.as_raw_fd();
    replace(stream, &write)?;
    Ok(Labelled {
        stream,
        before,
        written,
    })
}

/// Makes `stream` mean what `by` means.
fn replace(stream: RawFd, by: &impl AsRawFd) -> io::Result<()> {
    // SAFETY: `by` is open, and what `stream` was open for is closed by intent: standard output and error belong to the whole process.
    if unsafe { libc::dup2(by.as_raw_fd(), stream) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Copies lines, each with the label, in one write a line so that ranks do not cut into each other's. The last may lack its end.
fn forward(from: impl Read, to: &mut impl Write, label: &[u8]) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = label.to_vec();
    while from.read_until(b'\n', &mut line)? != 0 {
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        to.write_all(&line)?;
        line.truncate(label.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(text: &str) -> String {
        let mut out = Vec::new();
        forward(text.as_bytes(), &mut out, b"[rank 2] ").unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_line_has_its_label() {
        assert_eq!(labelled(""), "");
        assert_eq!(labelled("a\n\nb\n"), "[rank 2] a\n[rank 2] \n[rank 2] b\n");
        assert_eq!(labelled("a\nno end"), "[rank 2] a\n[rank 2] no end\n");
    }
}
