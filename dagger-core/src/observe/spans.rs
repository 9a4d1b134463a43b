//! From begins and ends to spans: which task ran where, from when to when.
//!
//! Tasks on one thread nest: a task that waits lets its thread run others meanwhile. So each thread has a stack of open
//! tasks, and every span knows its depth and the time that was its own.

use super::event::{Event, EventKind, Outcome, TaskRef, Thread};
use std::collections::HashMap;

/// One task's run on one thread.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Where it ran.
    pub thread: Thread,
    /// The task.
    pub task: TaskRef,
    /// When it began, in nanoseconds.
    pub start: u64,
    /// When it ended, in nanoseconds.
    pub end: u64,
    /// Its duration without the tasks and the idle time inside it, in nanoseconds.
    pub own: u64,
    /// How many tasks it ran inside of, on the same thread.
    pub depth: u32,
    /// How it ended; `None` when it was still running as the observation ended.
    pub outcome: Option<Outcome>,
}

/// A stretch of time in which a thread found nothing to do.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// Which thread.
    pub thread: Thread,
    /// From when, in nanoseconds.
    pub start: u64,
    /// To when, in nanoseconds.
    pub end: u64,
    /// How many tasks were waiting on this thread meanwhile.
    pub depth: u32,
}

/// Something whose end has been seen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Closed {
    Task(Span),
    Idle(Idle),
}

/// Pairs begins with ends, thread by thread.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    open: HashMap<Thread, Open>,
}

#[derive(Debug, Default)]
struct Open {
    tasks: Vec<OpenTask>,
    idle_since: Option<u64>,
}

#[derive(Debug)]
struct OpenTask {
    task: TaskRef,
    start: u64,
    /// Time spent inside it by other tasks, or idle.
    inside: u64,
}

impl Pairing {
    /// Takes one event of `thread`; calls `closed` for whatever ends with it.
    pub(super) fn feed(&mut self, thread: &Thread, event: &Event, closed: &mut impl FnMut(Closed)) {
        let time = event.time;
        match event.kind {
            EventKind::TaskBegin(task) => {
                let open = self.open.entry(*thread).or_default();
                open.end_idle(thread, time, closed);
                open.tasks.push(OpenTask {
                    task,
                    start: time,
                    inside: 0,
                });
            }
            EventKind::TaskEnd { id, outcome } => {
                let Some(open) = self.open.get_mut(thread) else {
                    return;
                };
                // An end without its begin: the task began before the observation did.
                let Some(index) = open.tasks.iter().rposition(|open| open.task.id == id) else {
                    return;
                };
                open.end_idle(thread, time, closed);
                while open.tasks.len() > index + 1 {
                    open.end_task(thread, time, None, closed);
                }
                open.end_task(thread, time, Some(outcome), closed);
            }
            EventKind::IdleBegin => {
                self.open
                    .entry(*thread)
                    .or_default()
                    .idle_since
                    .get_or_insert(time);
            }
            EventKind::IdleEnd => {
                if let Some(open) = self.open.get_mut(thread) {
                    open.end_idle(thread, time, closed);
                }
            }
            _ => {}
        }
    }

    /// How many tasks are open on `thread`.
    pub(super) fn depth(&self, thread: &Thread) -> usize {
        self.open.get(thread).map_or(0, |open| open.tasks.len())
    }

    /// How many threads are in a task and not idle.
    pub(super) fn busy_threads(&self) -> usize {
        self.open
            .values()
            .filter(|open| !open.tasks.is_empty() && open.idle_since.is_none())
            .count()
    }

    /// How many threads have reported a task or idle time.
    pub(super) fn threads(&self) -> usize {
        self.open.len()
    }

    /// Ends whatever is still open, as of `time`, innermost first.
    pub(super) fn close_all(&mut self, time: u64, closed: &mut impl FnMut(Closed)) {
        for (thread, mut open) in self.open.drain() {
            open.end_idle(&thread, time, closed);
            while !open.tasks.is_empty() {
                open.end_task(&thread, time, None, closed);
            }
        }
    }
}

impl Open {
    fn end_idle(&mut self, thread: &Thread, time: u64, closed: &mut impl FnMut(Closed)) {
        if let Some(start) = self.idle_since.take() {
            self.add_inside(time.saturating_sub(start));
            closed(Closed::Idle(Idle {
                thread: *thread,
                start,
                end: time,
                depth: self.tasks.len() as u32,
            }));
        }
    }

    fn end_task(
        &mut self,
        thread: &Thread,
        time: u64,
        outcome: Option<Outcome>,
        closed: &mut impl FnMut(Closed),
    ) {
        let Some(OpenTask {
            task,
            start,
            inside,
        }) = self.tasks.pop()
        else {
            return;
        };
        let length = time.saturating_sub(start);
        self.add_inside(length);
        closed(Closed::Task(Span {
            thread: *thread,
            task,
            start,
            end: time,
            own: length.saturating_sub(inside),
            depth: self.tasks.len() as u32,
            outcome,
        }));
    }

    fn add_inside(&mut self, time: u64) {
        if let Some(parent) = self.tasks.last_mut() {
            parent.inside += time;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::event::{GraphId, ThreadKind};
    use super::*;

    /// Thread `index` of worker 0.
    pub(in crate::observe) fn thread(index: u32) -> Thread {
        Thread {
            worker: 0,
            row: index,
            kind: ThreadKind::Pool(index),
        }
    }

    /// A task called `name` in `src/main.rs`.
    pub(in crate::observe) fn task(id: u64, name: &'static str) -> TaskRef {
        TaskRef {
            id,
            name,
            file: "src/main.rs",
            line: 7,
            graph: GraphId::NONE,
        }
    }

    pub(in crate::observe) fn begin(time: u64, id: u64, name: &'static str) -> Event {
        Event {
            time,
            kind: EventKind::TaskBegin(task(id, name)),
        }
    }

    pub(in crate::observe) fn end(time: u64, id: u64) -> Event {
        Event {
            time,
            kind: EventKind::TaskEnd {
                id,
                outcome: Outcome::Done,
            },
        }
    }

    pub(in crate::observe) fn idle(start: u64, end: u64) -> [Event; 2] {
        [
            Event {
                time: start,
                kind: EventKind::IdleBegin,
            },
            Event {
                time: end,
                kind: EventKind::IdleEnd,
            },
        ]
    }

    fn pair(events: &[Event], until: u64) -> (Vec<Span>, Vec<Idle>) {
        let (mut spans, mut idles) = (Vec::new(), Vec::new());
        let mut keep = |closed| match closed {
            Closed::Task(span) => spans.push(span),
            Closed::Idle(idle) => idles.push(idle),
        };
        let mut pairing = Pairing::default();
        for event in events {
            pairing.feed(&thread(0), event, &mut keep);
        }
        pairing.close_all(until, &mut keep);
        (spans, idles)
    }

    #[test]
    fn nested_tasks_and_idle_time_are_not_the_outer_tasks_own() {
        let [idle_begin, idle_end] = idle(40, 60);
        let events = [
            begin(0, 1, "outer"),
            begin(10, 2, "inner"),
            end(30, 2),
            idle_begin,
            idle_end,
            end(100, 1),
        ];
        let (spans, idles) = pair(&events, 200);
        let view: Vec<_> = spans
            .iter()
            .map(|span| (span.task.id, span.depth, span.own))
            .collect();
        assert_eq!(view, [(2, 1, 20), (1, 0, 60)]);
        assert_eq!((idles[0].start, idles[0].end, idles[0].depth), (40, 60, 1));
    }

    #[test]
    fn an_end_without_begin_is_ignored_and_a_begin_without_end_is_closed() {
        let (spans, _) = pair(&[end(5, 9), begin(10, 1, "a"), begin(20, 2, "b")], 50);
        let view: Vec<_> = spans
            .iter()
            .map(|span| (span.task.id, span.end, span.outcome))
            .collect();
        assert_eq!(view, [(2, 50, None), (1, 50, None)]);
    }

    #[test]
    fn an_outer_end_closes_what_was_left_open_inside() {
        let (spans, _) = pair(&[begin(0, 1, "a"), begin(1, 2, "b"), end(9, 1)], 50);
        assert_eq!(spans.len(), 2);
        assert_eq!((spans[0].task.id, spans[0].outcome), (2, None));
        assert_eq!(
            (spans[1].task.id, spans[1].outcome),
            (1, Some(Outcome::Done))
        );
    }

    #[test]
    fn a_task_ends_idle_time_that_nobody_ended() {
        let (_, idles) = pair(
            &[
                Event {
                    time: 3,
                    kind: EventKind::IdleBegin,
                },
                begin(8, 1, "a"),
                end(9, 1),
            ],
            50,
        );
        assert_eq!((idles.len(), idles[0].end), (1, 8));
    }
}
