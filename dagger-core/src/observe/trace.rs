//! `DAGGER_TRACE=file.json`: the Chrome trace event format, written as the program runs.
//!
//! One process per worker, one track per thread; tasks and idle time are complete events (`X`), dependencies are flow
//! arrows (`s` inside the end of the source, `f` bound to the target), steals and creations of tasks are instants, and the
//! outermost graphs are asynchronous spans. Open it at <https://ui.perfetto.dev> or `chrome://tracing`.
//!
//! Format: "Trace Event Format", <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
//! Times are microseconds; three decimals keep every nanosecond.

mod file;

pub(super) use file::{Target, complain};

use super::event::{Event, EventKind, GraphId, Thread, ThreadKind};
use super::flows::{Anchor, Arrow, Flows};
use super::spans::{Closed, Idle, Pairing, Span};
use super::{Observer, hub};
use file::TraceFile;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// The observer that writes a trace file.
pub(super) struct Trace {
    file: TraceFile,
    pairing: Pairing,
    flows: Flows,
    arrows: u64,
    threads: HashSet<Thread>,
    workers: HashSet<u32>,
    /// The outermost graphs under way.
    graphs: HashMap<GraphId, OpenGraph>,
    text: String,
}

struct OpenGraph {
    thread: Thread,
    name: &'static str,
}

impl Trace {
    /// A trace that goes to `target`.
    pub(super) fn new(target: Target) -> Trace {
        Trace {
            file: TraceFile::new(target),
            pairing: Pairing::default(),
            flows: Flows::default(),
            arrows: 0,
            threads: HashSet::new(),
            workers: HashSet::new(),
            graphs: HashMap::new(),
            text: String::new(),
        }
    }

    fn introduce(&mut self, thread: &Thread) {
        if !self.threads.insert(*thread) {
            return;
        }
        let out = &mut self.text;
        let (worker, row) = (thread.worker, thread.row);
        if self.workers.insert(worker) {
            let program = quoted(&hub::program_name());
            metadata(
                out,
                "process_name",
                thread,
                format_args!(r#""name":"worker {worker}""#),
            );
            metadata(
                out,
                "process_labels",
                thread,
                format_args!(r#""labels":{program}"#),
            );
            metadata(
                out,
                "process_sort_index",
                thread,
                format_args!(r#""sort_index":{worker}"#),
            );
        }
        metadata(
            out,
            "thread_name",
            thread,
            format_args!(r#""name":"{thread}""#),
        );
        metadata(
            out,
            "thread_sort_index",
            thread,
            format_args!(r#""sort_index":{row}"#),
        );
    }

    fn event(&mut self, thread: &Thread, event: &Event) {
        let Trace {
            pairing,
            flows,
            arrows,
            text,
            graphs,
            ..
        } = self;
        let mut arrow = |found| write_arrow(text, arrows, &found);
        match event.kind {
            EventKind::TaskBegin(task) => flows.begin(
                task.id,
                Anchor {
                    thread: *thread,
                    time: event.time,
                },
                &mut arrow,
            ),
            EventKind::TaskEnd { id, .. } => {
                // Inside the slice: a point at its very end would belong to whatever follows.
                let time = event.time.saturating_sub(1);
                flows.end(
                    id,
                    Anchor {
                        thread: *thread,
                        time,
                    },
                    &mut arrow,
                );
            }
            EventKind::Dependency { from, to } => flows.dependency(from, to, &mut arrow),
            EventKind::Steal { thief, victim } => {
                let args = format_args!(
                    r#","name":"steal","cat":"steal","s":"t","args":{{"thief":{thief},"victim":{victim}}}"#
                );
                line(text, "i", thread, event.time, args);
            }
            EventKind::Spawned { id, .. } => {
                let args =
                    format_args!(r#","name":"spawn","cat":"spawn","s":"t","args":{{"task":{id}}}"#);
                line(text, "i", thread, event.time, args);
            }
            EventKind::GraphBegin { id, graph } if pairing.depth(thread) == 0 => {
                let name = if graph.name.is_empty() {
                    "dag!"
                } else {
                    graph.name
                };
                graphs.insert(
                    id,
                    OpenGraph {
                        thread: *thread,
                        name,
                    },
                );
                let source = quoted(&format!("{}:{}", graph.file, graph.line));
                let size = graph
                    .size
                    .map_or("null".to_owned(), |size| size.to_string());
                let args = format_args!(
                    r#","name":{},"cat":"graph","id":{},"args":{{"source":{source},"tasks":{size}}}"#,
                    quoted(name),
                    id.get()
                );
                line(text, "b", thread, event.time, args);
            }
            EventKind::GraphEnd { id } => {
                if let Some(graph) = graphs.remove(&id) {
                    write_graph_end(text, id, &graph, event.time);
                }
            }
            _ => {}
        }
        pairing.feed(thread, event, &mut |closed| write_closed(text, closed));
    }

    fn write(&mut self) {
        self.file.append(&self.text);
        self.text.clear();
    }
}

impl Observer for Trace {
    fn observe(&mut self, thread: &Thread, events: &[Event]) {
        if self.file.is_dead() {
            return;
        }
        self.introduce(thread);
        for event in events {
            self.event(thread, event);
        }
        self.write();
    }

    fn tick(&mut self, _now: u64) {
        self.file.complete();
    }

    fn flush(&mut self, _now: u64) {
        self.file.complete();
    }

    fn finish(&mut self, now: u64) {
        let text = &mut self.text;
        self.pairing
            .close_all(now, &mut |closed| write_closed(text, closed));
        for (id, graph) in std::mem::take(&mut self.graphs) {
            write_graph_end(text, id, &graph, now);
        }
        let missing = self.flows.missing();
        if missing > 0 {
            // Not an error: a task that was cancelled never begins, and arrows over very long distances are not kept.
            let args = format_args!(r#""missing":{missing}"#);
            let process = Thread {
                worker: 0,
                row: 0,
                kind: ThreadKind::Pool(0),
            };
            metadata(text, "dependencies_not_drawn", &process, args);
        }
        self.write();
        self.file.finish();
    }
}

/// One event, with a comma in front of all but the first: the file takes care of that.
fn line(out: &mut String, phase: &str, thread: &Thread, time: u64, rest: std::fmt::Arguments<'_>) {
    let _ = writeln!(
        out,
        r#"{{"ph":"{phase}","pid":{},"tid":{},"ts":{}{rest}}},"#,
        thread.worker,
        thread.row,
        Micros(time)
    );
}

fn metadata(out: &mut String, name: &str, thread: &Thread, args: std::fmt::Arguments<'_>) {
    let (worker, row) = (thread.worker, thread.row);
    let _ = writeln!(
        out,
        r#"{{"ph":"M","pid":{worker},"tid":{row},"name":"{name}","args":{{{args}}}}},"#
    );
}

fn write_closed(out: &mut String, closed: Closed) {
    match closed {
        Closed::Task(span) => write_task(out, &span),
        Closed::Idle(Idle {
            thread, start, end, ..
        }) => {
            let dur = Micros((end - start).max(1));
            line(
                out,
                "X",
                &thread,
                start,
                format_args!(r#","dur":{dur},"name":"idle","cat":"idle","cname":"grey""#),
            );
        }
    }
}

fn write_task(out: &mut String, span: &Span) {
    let task = &span.task;
    // A slice without length cannot hold the ends of arrows.
    let dur = Micros((span.end - span.start).max(1));
    let source = quoted(&format!("{}:{}", task.file, task.line));
    let outcome = span
        .outcome
        .map_or("unfinished", |outcome| outcome.as_str());
    let args = format_args!(
        r#","dur":{dur},"name":{},"cat":"task","args":{{"task":{},"graph":{},"source":{source},"outcome":"{outcome}"}}"#,
        quoted(task.name),
        task.id,
        task.graph.get()
    );
    line(out, "X", &span.thread, span.start, args);
}

fn write_arrow(out: &mut String, number: &mut u64, arrow: &Arrow) {
    *number += 1;
    let id = *number;
    // The target begins after the source ended; a clock too coarse to tell must not turn the arrow round.
    let from = arrow.from.time.min(arrow.to.time);
    let args = format_args!(r#","id":{id},"name":"dependency","cat":"dependency""#);
    line(out, "s", &arrow.from.thread, from, args);
    let args = format_args!(r#","id":{id},"name":"dependency","cat":"dependency","bp":"e""#);
    line(out, "f", &arrow.to.thread, arrow.to.time, args);
}

fn write_graph_end(out: &mut String, id: GraphId, graph: &OpenGraph, time: u64) {
    let args = format_args!(
        r#","name":{},"cat":"graph","id":{}"#,
        quoted(graph.name),
        id.get()
    );
    line(out, "e", &graph.thread, time, args);
}

/// Nanoseconds, written as microseconds.
struct Micros(u64);

impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A JSON string with its quotes (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
