//! Noticing that nothing can go on, and saying what waits for what.
//!
//! Tasks cannot wait for each other in a circle through their arguments, but handles can go round through channels and shared
//! memory, messages can be lost by a faulty network, and a process can be frozen. A run that does not go on should say so.
//!
//! # Who notices
//!
//! A thread that has waited for a task longer than [`patience`] adds its wait to a list of this process (`waits`) and sees to it that there is a
//! watch: a thread that looks twice a second while the list has entries, and ends with the last of them. So a program that never waits long has
//! neither. Several workers are watched by the one of rank 0 (`crate::cluster::standing`), which the others tell that they are uneasy.
//!
//! # What a standstill is
//!
//! All threads of the pool sleep, each because it has nothing to do or because it waits inside a task; no thread lent to it works; no task is queued
//! that one of them could run; and that is so at each of [`LOOKS`] looks, between which no wait has ended. Code that computes, or is blocked in
//! something that is not ours, does not sleep in this sense, and is never a standstill.
//!
//! What is found is told on the error output, once for the same set of waits. The waits go on: somebody outside might still cancel a task.

pub(crate) mod waits;

use crate::dynamic::Home;
use crate::sync::statics::{AtomicBool, Ordering};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;
use waits::Key;

/// The environment variable: seconds, or `off`.
const PATIENCE: &str = "DAGGER_PATIENCE";
/// How long a wait is ordinary, unless the environment says otherwise.
const DEFAULT: Duration = Duration::from_secs(10);
/// Between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);
/// How many looks must agree.
pub(crate) const LOOKS: usize = 5;

/// How long a wait is ordinary; `None` if nobody wants to know.
pub(crate) fn patience() -> Option<Duration> {
    static SAID: OnceLock<Option<Duration>> = OnceLock::new();
    *SAID.get_or_init(|| match std::env::var(PATIENCE) {
        Ok(text) => read(&text).unwrap_or_else(|| {
            eprintln!(
                "warning: {PATIENCE}={text} is neither a number of seconds nor `off`; it is {} s",
                DEFAULT.as_secs()
            );
            Some(DEFAULT)
        }),
        Err(_) => Some(DEFAULT),
    })
}

/// What the variable says; `None` if it is nonsense.
fn read(text: &str) -> Option<Option<Duration>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Some(DEFAULT));
    }
    if text.eq_ignore_ascii_case("off") || text == "0" {
        return Some(None);
    }
    let seconds = text.parse().ok().filter(|seconds: &f64| *seconds > 0.0)?;
    Duration::try_from_secs_f64(seconds).ok().map(Some)
}

/// Whether a watch is running in this process.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Sees to it that there is a watch.
fn watch() {
    // AcqRel pairs with the store at the end of a watch: who finds it running has added its wait before the watch's last look at the list.
    if WATCHED.swap(true, Ordering::AcqRel) {
        return;
    }
    let started = std::thread::Builder::new()
        .name("dagger-watch".to_owned())
        .spawn(|| {
            let mut told = BTreeSet::new();
            loop {
                round(&mut told);
                // Release pairs with the swap above.
                WATCHED.store(false, Ordering::Release);
                // AcqRel pairs with that of who begins to watch, as above.
                if waits::all().is_empty() || WATCHED.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        });
    if started.is_err() {
        // Nobody watches then; the next long wait tries again.
        // Release pairs with the swap above, too.
        WATCHED.store(false, Ordering::Release);
    }
}

/// Looks at every runtime that has long waits, until there are none.
fn round(told: &mut BTreeSet<Key>) {
    loop {
        let waits = waits::all();
        if waits.is_empty() {
            return;
        }
        let mut seen: Vec<&'static Home> = Vec::new();
        for wait in &waits {
            if !seen.iter().any(|home| std::ptr::eq(*home, wait.home)) {
                seen.push(wait.home);
            }
        }
        for home in seen {
            match home.node() {
                Some(node) => node.look_for_standstill(),
                None => look_at(home, told),
            }
        }
        std::thread::sleep(PAUSE);
    }
}

/// Looks whether a runtime of one worker stands still, and tells.
fn look_at(home: &'static Home, told: &mut BTreeSet<Key>) {
    let waits = || -> BTreeSet<Key> {
        let all = waits::all();
        let here = all.iter().filter(|wait| std::ptr::eq(wait.home, home));
        here.map(|wait| wait.key).collect()
    };
    let first = waits();
    if first.is_subset(told) {
        return;
    }
    for look in 0..LOOKS {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        if !home.stands_still(false) || waits() != first {
            return;
        }
    }
    tell(
        "every thread waits, and no task is queued that could run",
        &waits::describe(|wait| std::ptr::eq(wait, home)),
    );
    told.extend(first);
}

/// Says it.
pub(crate) fn tell(what: &str, lines: &[String]) {
    let mut text = format!("dagger: nothing goes on: {what}\n");
    for line in lines {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(
        "  (said once for these waits; DAGGER_PATIENCE=seconds or `off` changes after how long)",
    );
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_seconds_or_off() {
        assert_eq!(read("2.5"), Some(Some(Duration::from_millis(2500))));
        assert_eq!(read(" off "), Some(None));
        assert_eq!(read("OFF"), Some(None));
        assert_eq!(read("0"), Some(None));
        assert_eq!(read(""), Some(Some(DEFAULT)));
        for nonsense in ["soon", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
