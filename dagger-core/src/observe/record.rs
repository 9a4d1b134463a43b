//! Recording a section of a program, to look at it from within.

use super::event::{Event, EventKind, Thread, ThreadKind};
use super::gantt::Gantt;
use super::hub;
use super::profile::Profile;
use super::spans::{Closed, Idle, Pairing, Span};
use super::{Observer, attach};
use dagger_ir::{Edge, EdgeKind, Graph, Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Starts recording: every event from now until [`Recorder::finish`] is kept, of all threads and all runtimes.
///
/// A recording holds some 80 bytes an event; for hours of fine tasks use `DAGGER_TRACE`, which writes as it goes.
///
/// ```
/// let recorder = dagger_core::observe::record();
/// // … run graphs …
/// let recording = recorder.finish();
/// assert_eq!(recording.spans().len(), 0);
/// std::fs::write(std::env::temp_dir().join("gantt.svg"), recording.gantt_svg()).unwrap();
/// ```
pub fn record() -> Recorder {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let start = hub::now();
    let attached = attach(Box::new(Keeper(kept.clone())));
    Recorder {
        attached,
        kept,
        start,
    }
}

/// A recording under way. Dropping it ends the recording and throws it away.
#[derive(Debug)]
pub struct Recorder {
    attached: super::Attached,
    kept: Arc<Mutex<Vec<(Thread, Event)>>>,
    start: u64,
}

impl Recorder {
    /// Ends the recording. Tasks still running appear up to here, with no outcome.
    pub fn finish(self) -> Recording {
        let Recorder {
            attached,
            kept,
            start,
        } = self;
        drop(attached);
        let end = hub::now();
        let events = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        Recording::new(events, start, end)
    }
}

/// What happened in a recorded section.
#[derive(Clone, Debug)]
pub struct Recording {
    events: Vec<(Thread, Event)>,
    spans: Vec<Span>,
    idles: Vec<Idle>,
    start: u64,
    end: u64,
}

/// How one thread spent the time between the first task's begin and the last task's end.
#[derive(Clone, Copy, Debug)]
pub struct Utilisation {
    /// Which thread.
    pub thread: Thread,
    /// Tasks that ran on it.
    pub tasks: u64,
    /// Nanoseconds in tasks.
    pub busy: u64,
    /// [`busy`](Self::busy) as a share of the makespan, from 0 to 1.
    pub fraction: f64,
}

impl Recording {
    fn new(mut events: Vec<(Thread, Event)>, start: u64, end: u64) -> Recording {
        // Stable: events of one thread keep their order where times are equal.
        events.sort_by_key(|(_, event)| event.time);
        let (mut spans, mut idles) = (Vec::new(), Vec::new());
        let mut keep = |closed| match closed {
            Closed::Task(span) => spans.push(span),
            Closed::Idle(idle) => idles.push(idle),
        };
        let mut pairing = Pairing::default();
        for (thread, event) in &events {
            pairing.feed(thread, event, &mut keep);
        }
        pairing.close_all(end, &mut keep);
        spans.sort_by_key(|span| (span.start, span.depth));
        idles.sort_by_key(|idle| idle.start);
        Recording {
            events,
            spans,
            idles,
            start,
            end,
        }
    }

    /// Every event with its thread, by time.
    pub fn events(&self) -> &[(Thread, Event)] {
        &self.events
    }

    /// Every task's run, by the time it began.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// When threads found nothing to do, by time.
    pub fn idles(&self) -> &[Idle] {
        &self.idles
    }

    /// Nanoseconds from [`record`] to [`Recorder::finish`].
    pub fn duration(&self) -> u64 {
        self.end - self.start
    }

    /// Nanoseconds from the first task's begin to the last task's end; 0 without tasks.
    pub fn makespan(&self) -> u64 {
        let first = self.spans.iter().map(|span| span.start).min();
        let last = self.spans.iter().map(|span| span.end).max();
        first.zip(last).map_or(0, |(first, last)| last - first)
    }

    /// How busy each thread was: every pool thread that reported anything, and other threads that ran tasks.
    pub fn utilisation(&self) -> Vec<Utilisation> {
        let unused = |thread| Utilisation {
            thread,
            tasks: 0,
            busy: 0,
            fraction: 0.0,
        };
        let mut rows: BTreeMap<(u32, u32), Utilisation> = BTreeMap::new();
        for (thread, _) in &self.events {
            if matches!(thread.kind, ThreadKind::Pool(_)) {
                rows.entry((thread.worker, thread.row))
                    .or_insert_with(|| unused(*thread));
            }
        }
        for span in &self.spans {
            let row = rows
                .entry((span.thread.worker, span.thread.row))
                .or_insert_with(|| unused(span.thread));
            row.tasks += 1;
            row.busy += span.own;
        }
        let makespan = self.makespan().max(1) as f64;
        rows.into_values()
            .map(|row| Utilisation {
                fraction: row.busy as f64 / makespan,
                ..row
            })
            .collect()
    }

    /// The share of the makespan that the threads spent in tasks, from 0 to 1, over the threads of [`utilisation`](Self::utilisation).
    pub fn busy_fraction(&self) -> f64 {
        let rows = self.utilisation();
        rows.iter().fold(0.0, |sum, row| sum + row.fraction) / rows.len().max(1) as f64
    }

    /// What ran, as a graph: a node for every task, in the order in which they began, and an edge for every recorded
    /// dependency between them. Unlike a `dag!`'s own graph it has the tasks of unfolded loops one by one.
    ///
    /// Why a task waited for another is not recorded: all edges are [`EdgeKind::Flow`].
    pub fn graph(&self, name: &str) -> Graph {
        let task = |span: &Span| span.task;
        let number: HashMap<u64, u32> = (0..)
            .zip(&self.spans)
            .map(|(number, span)| (task(span).id, number))
            .collect();
        let node =
            |span: &Span| Node::owned(task(span).name, "", NodeKind::Task, task(span).line, 1);
        let pairs: BTreeSet<(u32, u32)> = self
            .events
            .iter()
            .filter_map(|(_, event)| match event.kind {
                EventKind::Dependency { from, to } => {
                    number.get(&from).copied().zip(number.get(&to).copied())
                }
                _ => None,
            })
            // A node's predecessors come before it; a task that failed to wait would otherwise be no graph at all.
            .filter(|(from, to)| from < to)
            .collect();
        let edge = |(from, to)| Edge::owned(from, to, EdgeKind::Flow, "");
        Graph::owned(
            name,
            self.spans.first().map_or("", |span| span.task.file),
            self.spans.iter().map(node).collect(),
            pairs.into_iter().map(edge).collect(),
        )
    }

    /// The times per task name.
    pub fn profile(&self) -> Profile {
        let mut profile = Profile::default();
        self.spans.iter().for_each(|span| profile.add(span));
        profile
    }

    /// The Gantt chart of this recording; [`Gantt::title`] names it, [`Gantt::svg`] draws it.
    pub fn gantt(&self) -> Gantt {
        let mut gantt = Gantt::new();
        self.spans.iter().for_each(|span| gantt.add_span(span));
        self.idles.iter().for_each(|idle| gantt.add_idle(idle));
        gantt
    }

    /// The Gantt chart as SVG.
    pub fn gantt_svg(&self) -> String {
        self.gantt().svg()
    }
}

/// The observer behind [`record`].
struct Keeper(Arc<Mutex<Vec<(Thread, Event)>>>);

impl Observer for Keeper {
    fn observe(&mut self, thread: &Thread, events: &[Event]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(events.iter().map(|event| (*thread, *event)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::tests::{begin, end, idle, thread};
    use super::*;

    fn recording() -> Recording {
        let on = |index, events: &[Event]| {
            events
                .iter()
                .map(|event| (thread(index), *event))
                .collect::<Vec<_>>()
        };
        let mut events = on(
            0,
            &[
                begin(100, 1, "a"),
                end(200, 1),
                begin(200, 2, "b"),
                end(300, 2),
            ],
        );
        events.extend(on(1, &[begin(100, 3, "a"), end(150, 3)]));
        events.extend(on(1, &idle(150, 300)));
        Recording::new(events, 50, 350)
    }

    #[test]
    fn utilisation_counts_tasks_against_the_makespan() {
        let recording = recording();
        assert_eq!((recording.duration(), recording.makespan()), (300, 200));
        let rows = recording.utilisation();
        let view: Vec<_> = rows
            .iter()
            .map(|row| (row.tasks, row.busy, row.fraction))
            .collect();
        assert_eq!(view, [(2, 200, 1.0), (1, 50, 0.25)]);
        assert_eq!(recording.busy_fraction(), 0.625);
    }

    #[test]
    fn the_graph_has_the_tasks_and_the_dependencies_between_them() {
        let needs = |from, to| Event {
            time: 0,
            kind: EventKind::Dependency { from, to },
        };
        let events = [
            needs(1, 2),
            needs(1, 2),
            needs(1, 3),
            needs(9, 2),
            begin(10, 1, "a"),
            end(20, 1),
            begin(20, 3, "c"),
            end(30, 3),
            begin(30, 2, "b"),
            end(40, 2),
        ];
        let events = events.iter().map(|event| (thread(0), *event)).collect();
        let graph = Recording::new(events, 0, 50).graph("ran");
        let names: Vec<&str> = graph.nodes().iter().map(|node| node.label()).collect();
        assert_eq!(names, ["a", "c", "b"]);
        let edges: Vec<_> = graph.edges().iter().map(Edge::pair).collect();
        assert_eq!(edges, [(0, 1), (0, 2)]);
    }

    #[test]
    fn an_empty_recording_has_no_shares_to_divide_by() {
        let recording = Recording::new(Vec::new(), 1, 2);
        assert_eq!((recording.makespan(), recording.busy_fraction()), (0, 0.0));
        assert!(recording.gantt_svg().contains("no tasks"));
    }
}
