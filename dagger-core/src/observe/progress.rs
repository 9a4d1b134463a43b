//! `DAGGER_PROGRESS=1`: how far a long graph has come, on stderr.
//!
//! On a terminal it is one line, rewritten at most ten times a second and cleared at the end; elsewhere an occasional
//! plain line, ever less often. Graphs under half a second show nothing. Only the outermost graphs count, and spawned
//! tasks that belong to no graph; what runs nested inside a task is that task's own business.
//!
//! What the program itself prints to the terminal meanwhile lands on the same line: that is not prevented here.

mod screen;

pub(super) use screen::Screen;

use super::event::{Event, EventKind, GraphId, Thread};
use super::spans::{Closed, Pairing};
use super::{Observer, Urgency, units};
use std::collections::HashSet;

/// Nothing is shown before a graph has run this long, in nanoseconds.
const PATIENCE: u64 = 500_000_000;
/// Least time between two updates on a terminal.
const REFRESH: u64 = 100_000_000;
/// First and longest time between two plain lines.
const FIRST_PAUSE: u64 = 1_000_000_000;
const LONGEST_PAUSE: u64 = 30_000_000_000;
/// With so few spawned tasks left, the end of each is looked at as it comes: it may be the last.
const NEARLY_DONE: i64 = 64;
/// Events held back for sorting at most.
const HELD: usize = 1 << 16;

/// The observer that shows progress on `screen`.
pub(super) struct Progress<S> {
    screen: S,
    pairing: Pairing,
    /// Events since the last tick: threads are drained one by one, and a graph must be known before its tasks.
    held: Vec<(Thread, Event)>,
    session: Option<Session>,
}

/// From the first outermost graph (or spawned task) until none is left.
#[derive(Debug, Default)]
struct Session {
    start: u64,
    name: &'static str,
    graphs: HashSet<GraphId>,
    /// Tasks announced by graphs of known size.
    announced: u64,
    /// Tasks created one by one.
    created: u64,
    /// Whether `announced` is all there will be.
    complete: bool,
    done: u64,
    /// Spawned tasks outside graphs: created less ended. Signed, as the two are reported by different threads.
    loose: i64,
    shown: bool,
    next_update: u64,
    pause: u64,
}

/// What a line of progress says.
#[derive(Clone, Copy, Debug)]
struct View {
    name: &'static str,
    done: u64,
    /// All tasks, where that is known.
    total: Option<u64>,
    /// Tasks known so far.
    known: u64,
    elapsed: u64,
    busy: usize,
    threads: usize,
}

/// Where progress is shown.
pub(super) trait Show: Send {
    /// Columns of the terminal, or nothing where lines cannot be rewritten.
    fn columns(&self) -> Option<usize>;
    /// Replaces the line shown before.
    fn rewrite(&mut self, line: &str);
    /// Removes the line shown before.
    fn clear(&mut self);
    /// Adds a plain line.
    fn print(&mut self, line: &str);
}

impl<S: Show> Progress<S> {
    pub(super) fn new(screen: S) -> Progress<S> {
        Progress {
            screen,
            pairing: Pairing::default(),
            held: Vec::new(),
            session: None,
        }
    }

    fn digest(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|(_, event)| event.time);
        for (thread, event) in held.drain(..) {
            self.take(&thread, &event);
        }
        self.held = held;
    }

    fn take(&mut self, thread: &Thread, event: &Event) {
        match event.kind {
            EventKind::GraphBegin { id, graph } if self.pairing.depth(thread) == 0 => {
                let session = self.session_from(event.time);
                session.graphs.insert(id);
                if session.name.is_empty() {
                    session.name = graph.name;
                }
                match graph.size {
                    Some(size) => session.announced += size,
                    None => session.complete = false,
                }
            }
            EventKind::GraphEnd { id } => {
                if let Some(session) = &mut self.session {
                    session.graphs.remove(&id);
                    self.end_if_over(event.time);
                }
            }
            EventKind::Spawned { graph, .. } => {
                let is_loose = graph == GraphId::NONE;
                if is_loose
                    || self
                        .session
                        .as_ref()
                        .is_some_and(|session| session.graphs.contains(&graph))
                {
                    let session = self.session_from(event.time);
                    session.created += 1;
                    session.loose += i64::from(is_loose);
                    session.complete &= !is_loose;
                }
            }
            _ => {}
        }
        let session = &mut self.session;
        let mut loose_ended = false;
        self.pairing.feed(thread, event, &mut |closed| {
            if let (Closed::Task(span), Some(session)) = (closed, session.as_mut()) {
                let is_loose = span.task.graph == GraphId::NONE;
                if is_loose || session.graphs.contains(&span.task.graph) {
                    session.done += 1;
                    session.loose -= i64::from(is_loose);
                    loose_ended |= is_loose;
                }
            }
        });
        if loose_ended {
            self.end_if_over(event.time);
        }
    }

    fn session_from(&mut self, time: u64) -> &mut Session {
        self.session.get_or_insert_with(|| Session {
            start: time,
            complete: true,
            next_update: time + PATIENCE,
            pause: FIRST_PAUSE,
            ..Session::default()
        })
    }

    fn end_if_over(&mut self, time: u64) {
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.graphs.is_empty() && session.loose <= 0)
        {
            self.end(time);
        }
    }

    fn end(&mut self, time: u64) {
        let Some(session) = self.session.take() else {
            return;
        };
        if !session.shown {
            return;
        }
        if self.screen.columns().is_some() {
            self.screen.clear();
        } else {
            self.screen.print(&summary(&session.view(time, 0, 0)));
        }
    }
}

impl Session {
    fn view(&self, now: u64, busy: usize, threads: usize) -> View {
        // A graph of known size may report its tasks one by one as well: they are the same tasks.
        let known = self.announced.max(self.created).max(self.done);
        View {
            name: self.name,
            done: self.done,
            total: self.complete.then_some(known),
            known,
            elapsed: now.saturating_sub(self.start),
            busy,
            threads,
        }
    }
}

impl<S: Show> Observer for Progress<S> {
    fn observe(&mut self, thread: &Thread, events: &[Event]) {
        self.held
            .extend(events.iter().map(|event| (*thread, *event)));
        if self.held.len() >= HELD {
            self.digest();
        }
    }

    fn tick(&mut self, now: u64) {
        self.digest();
        let (busy, threads) = (self.pairing.busy_threads(), self.pairing.threads());
        let Some(session) = &mut self.session else {
            return;
        };
        if now < session.next_update {
            return;
        }
        session.shown = true;
        let view = session.view(now, busy, threads);
        match self.screen.columns() {
            Some(columns) => {
                session.next_update = now + REFRESH;
                self.screen.rewrite(&line(&view, columns));
            }
            None => {
                session.next_update = now + session.pause;
                session.pause = (session.pause * 2).min(LONGEST_PAUSE);
                self.screen.print(&plain(&view));
            }
        }
    }

    fn urgency(&self) -> Urgency {
        // The line must be gone before the program prints its result.
        match &self.session {
            Some(session) if session.shown && self.screen.columns().is_some() => {
                if session.graphs.is_empty() && session.loose <= NEARLY_DONE {
                    Urgency::TaskEnds
                } else {
                    Urgency::GraphEnds
                }
            }
            _ => Urgency::None,
        }
    }

    fn finish(&mut self, now: u64) {
        self.digest();
        self.end(now);
    }
}

impl View {
    fn name(&self) -> &'static str {
        if self.name.is_empty() {
            "tasks"
        } else {
            self.name
        }
    }

    /// Tasks a second.
    fn rate(&self) -> f64 {
        self.done as f64 / (self.elapsed.max(1) as f64 / 1e9)
    }

    fn counts(&self) -> String {
        let done = units::count(self.done);
        match self.total {
            Some(total) => format!("{done}/{}", units::count(total)),
            None => format!("{done} of {} so far", units::count(self.known)),
        }
    }

    fn pace(&self) -> String {
        let rate = self.rate();
        if rate >= 10.0 {
            format!("{}/s", units::count(rate as u64))
        } else {
            format!("{rate:.1}/s")
        }
    }

    /// The time left at the pace so far, in nanoseconds; unknown before the first task is done or without a total.
    fn left(&self) -> Option<u64> {
        let total = self.total?;
        (self.done > 0).then(|| {
            (self.elapsed as f64 * (total - self.done.min(total)) as f64 / self.done as f64) as u64
        })
    }

    /// Everything but the name and the bar.
    fn figures(&self) -> String {
        let mut text = format!(
            "{}  {}  {}",
            self.counts(),
            self.pace(),
            clock(self.elapsed)
        );
        if let Some(left) = self.left() {
            text += &format!(", {} left", clock(left));
        }
        if self.threads > 0 {
            text += &format!("  {}/{} busy", self.busy, self.threads);
        }
        text
    }
}

/// Time as people read it while waiting: tenths of seconds at most.
fn clock(ns: u64) -> String {
    match ns / 1_000_000_000 {
        0..=119 => format!("{:.1} s", ns as f64 / 1e9),
        _ => units::duration(ns),
    }
}

/// The line on a terminal of so many columns.
fn line(view: &View, columns: usize) -> String {
    const SHORTEST_BAR: usize = 8;
    const LONGEST_BAR: usize = 30;
    // The last column stays free: some terminals wrap when it is written.
    let room = columns.saturating_sub(1);
    let (name, figures) = (view.name(), view.figures());
    let spare = room.saturating_sub(name.chars().count() + figures.chars().count() + 4);
    let text = match view.total {
        Some(total) if spare >= SHORTEST_BAR => {
            let length = spare.min(LONGEST_BAR);
            let filled =
                (view.done.min(total) as f64 / total.max(1) as f64 * length as f64) as usize;
            format!(
                "{name}  {}{}  {figures}",
                "━".repeat(filled),
                "┄".repeat(length - filled)
            )
        }
        _ => format!("{name}  {figures}"),
    };
    text.chars().take(room).collect()
}

/// A line for a log.
fn plain(view: &View) -> String {
    format!("dagger: {}  {}", view.name(), view.figures())
}

/// The last line of a log.
fn summary(view: &View) -> String {
    format!(
        "dagger: {}  {} done in {}  {}",
        view.name(),
        units::count(view.done),
        units::duration(view.elapsed),
        view.pace()
    )
}

#[cfg(test)]
mod tests;
