//! The Gantt chart: one row per thread, one bar per task, drawn as SVG.
//!
//! `mod` collects bars and keeps their number bounded, `colour` gives every task name its colour, `axis` finds the ticks,
//! `draw` and `legend` write the SVG. The chart holds no events: a run of any length needs memory for [`MAX_BARS`] bars only, because
//! short neighbours are merged, first below one eight-thousandth of the run, then coarser.

mod axis;
mod colour;
mod draw;
mod legend;

use super::event::{Event, Outcome, TaskRef, Thread};
use super::spans::{Closed, Idle, Pairing, Span};
use super::trace::Target;
use super::{Observer, hub};
use std::collections::{BTreeMap, HashMap};

/// Bars (and idle stretches) kept at most before short neighbours are merged.
const MAX_BARS: usize = 200_000;
/// The first merging joins what is shorter than this part of the run.
const FIRST_PARTS: u64 = 8192;
/// Tasks nested deeper than this on one thread are counted, not drawn.
const MAX_DEPTH: u32 = 5;

/// A Gantt chart of tasks by thread. [`Recording::gantt`](super::Recording::gantt) makes one of a recorded section.
#[derive(Clone, Debug, Default)]
pub struct Gantt {
    title: Option<String>,
    rows: BTreeMap<(u32, u32), Row>,
    names: Vec<Name>,
    index: HashMap<&'static str, usize>,
    /// Bars and idle stretches held, over all rows.
    held: usize,
    /// What is shorter than this has been merged with its neighbours; 0 while nothing has.
    merged_below: u64,
    /// First begin and last end of a task.
    range: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
struct Row {
    thread: Thread,
    bars: Vec<Bar>,
    idles: Vec<Bar>,
    tasks: u64,
    busy: u64,
}

/// One task, or several short neighbours.
#[derive(Clone, Copy, Debug)]
struct Bar {
    start: u64,
    end: u64,
    depth: u32,
    /// How many tasks, and their time together.
    count: u64,
    busy: u64,
    /// The name with (about) the most time in it, and that time.
    name: usize,
    name_busy: u64,
    /// The task itself, of a single one.
    task: Option<TaskRef>,
    worst: Worst,
}

/// The worst end among a bar's tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Done,
    Unfinished,
    Cancelled,
    Failed,
}

/// One task name and its sums.
#[derive(Clone, Debug)]
struct Name {
    name: &'static str,
    count: u64,
    busy: u64,
}

impl Gantt {
    /// An empty chart.
    pub fn new() -> Gantt {
        Gantt::default()
    }

    /// The chart with a heading.
    pub fn title(mut self, title: impl Into<String>) -> Gantt {
        self.title = Some(title.into());
        self
    }

    /// Adds one task.
    pub fn add_span(&mut self, span: &Span) {
        let name = self.name(span.task.name);
        self.names[name].count += 1;
        self.names[name].busy += span.own;
        let (first, last) = self.range.unwrap_or((span.start, span.end));
        self.range = Some((first.min(span.start), last.max(span.end)));
        let row = self.row(span.thread);
        row.tasks += 1;
        row.busy += span.own;
        if span.depth > MAX_DEPTH {
            return;
        }
        row.bars.push(Bar {
            start: span.start,
            end: span.end,
            depth: span.depth,
            count: 1,
            busy: span.end - span.start,
            name,
            name_busy: span.end - span.start,
            task: Some(span.task),
            worst: Worst::of(span.outcome),
        });
        self.hold_one_more();
    }

    /// Adds a stretch of idle time.
    pub fn add_idle(&mut self, idle: &Idle) {
        let length = idle.end - idle.start;
        let depth = idle.depth.min(MAX_DEPTH + 1);
        self.row(idle.thread).idles.push(Bar {
            start: idle.start,
            end: idle.end,
            depth,
            count: 1,
            busy: length,
            name: 0,
            name_busy: length,
            task: None,
            worst: Worst::Done,
        });
        self.hold_one_more();
    }

    /// Draws the chart. The text is a complete SVG document.
    pub fn svg(&self) -> String {
        draw::svg(self)
    }

    fn name(&mut self, name: &'static str) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.names.push(Name {
                name,
                count: 0,
                busy: 0,
            });
            self.names.len() - 1
        })
    }

    fn row(&mut self, thread: Thread) -> &mut Row {
        self.rows.entry((thread.worker, thread.row)).or_insert(Row {
            thread,
            bars: Vec::new(),
            idles: Vec::new(),
            tasks: 0,
            busy: 0,
        })
    }

    /// Counts a bar; at the limit, merges short neighbours until half of it is free again.
    fn hold_one_more(&mut self) {
        self.held += 1;
        if self.held < MAX_BARS {
            return;
        }
        let (first, last) = self.range.unwrap_or((0, 0));
        let mut quantum = self.merged_below.max((last - first) / FIRST_PARTS).max(1);
        loop {
            self.held = 0;
            for row in self.rows.values_mut() {
                merge(&mut row.bars, quantum);
                merge(&mut row.idles, quantum);
                self.held += row.bars.len() + row.idles.len();
            }
            self.merged_below = quantum;
            // A quantum longer than the run has merged all that can be.
            if self.held <= MAX_BARS / 2 || quantum > last - first {
                break;
            }
            quantum *= 2;
        }
    }
}

impl Worst {
    fn of(outcome: Option<Outcome>) -> Worst {
        match outcome {
            Some(Outcome::Done) => Worst::Done,
            None => Worst::Unfinished,
            Some(Outcome::Cancelled) => Worst::Cancelled,
            Some(Outcome::Failed | Outcome::Panicked) => Worst::Failed,
        }
    }
}

/// Joins bars of one depth that are shorter than `quantum` and begin in the same stretch of that length.
fn merge(bars: &mut Vec<Bar>, quantum: u64) {
    bars.sort_by_key(|bar| (bar.depth, bar.start));
    let mut kept: Vec<Bar> = Vec::new();
    for bar in bars.drain(..) {
        match kept.last_mut() {
            Some(last)
                if last.depth == bar.depth
                    && last.end - last.start < quantum
                    && bar.end - bar.start < quantum
                    && last.start / quantum == bar.start / quantum =>
            {
                last.absorb(&bar);
            }
            _ => kept.push(bar),
        }
    }
    *bars = kept;
}

impl Bar {
    fn absorb(&mut self, other: &Bar) {
        self.end = self.end.max(other.end);
        self.count += other.count;
        self.busy += other.busy;
        self.task = None;
        self.worst = self.worst.max(other.worst);
        if self.name == other.name {
            self.name_busy += other.name_busy;
        } else if other.name_busy > self.name_busy {
            (self.name, self.name_busy) = (other.name, other.name_busy);
        }
    }
}

/// The observer behind `DAGGER_TRACE=file.svg`: writes the chart whenever it is brought up to date.
pub(super) struct GanttFile {
    target: Target,
    pairing: Pairing,
    gantt: Gantt,
}

impl GanttFile {
    /// A chart that goes to `target`.
    pub(super) fn new(target: Target) -> GanttFile {
        GanttFile {
            target,
            pairing: Pairing::default(),
            gantt: Gantt::new().title(hub::program_name()),
        }
    }

    fn keep(gantt: &mut Gantt) -> impl FnMut(Closed) {
        |closed| match closed {
            Closed::Task(span) => gantt.add_span(&span),
            Closed::Idle(idle) => gantt.add_idle(&idle),
        }
    }
}

impl Observer for GanttFile {
    fn observe(&mut self, thread: &Thread, events: &[Event]) {
        for event in events {
            self.pairing
                .feed(thread, event, &mut Self::keep(&mut self.gantt));
        }
    }

    fn flush(&mut self, _now: u64) {
        if self.target.is_seekable() {
            self.target.replace(self.gantt.svg().as_bytes());
        }
    }

    fn finish(&mut self, now: u64) {
        self.pairing
            .close_all(now, &mut Self::keep(&mut self.gantt));
        self.target.replace(self.gantt.svg().as_bytes());
    }
}

#[cfg(test)]
mod tests;
