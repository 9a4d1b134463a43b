//! The observers that the environment asks for, and their end when the process ends.
//!
//! A process's runtime may never be dropped, and a program may call `std::process::exit`. So the end comes through
//! `atexit`, which both ways pass; the files are complete after it. A process that is killed leaves a complete trace up to
//! the last tenth of a second, see `trace::file`.

use super::gantt::GanttFile;
use super::profile::ProfilePrinter;
use super::progress::{Progress, Screen};
use super::trace::{Target, Trace, complain};
use super::{Observer, hub};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Attaches what `DAGGER_TRACE`, `DAGGER_PROGRESS` and `DAGGER_PROFILE` ask for. Only the first call does something; every
/// runtime makes it when it starts.
pub fn start_from_environment() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut observers: Vec<Box<dyn Observer>> = Vec::new();
        if let Some(path) = std::env::var_os("DAGGER_TRACE").filter(|path| !path.is_empty()) {
            observers.extend(trace_to(&PathBuf::from(path)));
        }
        if shows_progress() {
            observers.push(Box::new(Progress::new(Screen::new())));
        }
        if is_on("DAGGER_PROFILE") {
            observers.push(Box::new(ProfilePrinter::default()));
        }
        if observers.is_empty() {
            return;
        }
        for observer in observers {
            hub::attach(observer);
        }
        // SAFETY: `finish_at_exit` is a function of the type asked for that never unwinds: observers' panics are caught.
        let refused = unsafe { libc::atexit(finish_at_exit) } != 0;
        if refused {
            eprintln!(
                "dagger: no room for an exit handler; traces end where the last runtime is dropped"
            );
        }
    });
}

/// Whether the environment asks for progress.
pub(super) fn shows_progress() -> bool {
    is_on("DAGGER_PROGRESS")
}

/// The observer for a path: the Gantt chart for `.svg`, the event trace for anything else.
fn trace_to(path: &Path) -> Option<Box<dyn Observer>> {
    match Target::create(path) {
        Ok(target)
            if path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) =>
        {
            Some(Box::new(GanttFile::new(target)))
        }
        Ok(target) => Some(Box::new(Trace::new(target))),
        Err(error) => {
            complain(path, &error);
            None
        }
    }
}

/// Set, and to something that does not mean no.
fn is_on(variable: &str) -> bool {
    std::env::var_os(variable)
        .is_some_and(|value| !matches!(value.to_str(), Some("" | "0" | "no" | "false" | "off")))
}

extern "C" fn finish_at_exit() {
    hub::finish();
}
