//! A written trace, read back.

use super::super::event::{GraphRef, Outcome, TaskRef};
use super::super::spans::tests::{begin, end, idle, thread};
use super::*;
use serde_json::Value;
use std::path::PathBuf;

/// A file of its own for one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        Scratch(std::env::temp_dir().join(format!("dagger-{}-{name}.json", std::process::id())))
    }

    fn trace(&self) -> Trace {
        Trace::new(Target::create(&self.0).unwrap())
    }

    fn read(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.0).unwrap();
        let value: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
        value["traceEvents"].as_array().unwrap().clone()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn phase<'a>(events: &'a [Value], phase: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["ph"] == phase).collect()
}

fn dependency(time: u64, from: u64, to: u64) -> Event {
    Event {
        time,
        kind: EventKind::Dependency { from, to },
    }
}

#[test]
fn a_trace_without_events_is_valid() {
    let scratch = Scratch::new("empty");
    scratch.trace().finish(0);
    assert!(scratch.read().is_empty());
}

#[test]
fn the_file_is_valid_after_every_tick_and_grows() {
    let scratch = Scratch::new("ticks");
    let mut trace = scratch.trace();
    for round in 0..50u64 {
        for id in 0..100 {
            let time = round * 10_000 + id * 100;
            let id = round * 100 + id + 1;
            trace.observe(
                &thread((id % 2) as u32),
                &[begin(time, id, "work"), end(time + 90, id)],
            );
        }
        trace.tick(round * 10_000);
        assert_eq!(phase(&scratch.read(), "X").len() as u64, (round + 1) * 100);
    }
    trace.finish(1_000_000);
    assert_eq!(phase(&scratch.read(), "X").len(), 5_000);
}

#[test]
fn tasks_idle_time_and_threads_appear_with_their_names() {
    let scratch = Scratch::new("names");
    let mut trace = scratch.trace();
    let odd = TaskRef {
        id: 5,
        name: "quote\" back\\slash \u{1}\n<é>",
        file: "C:\\src\\main.rs",
        line: 12,
        graph: GraphId::NONE,
    };
    let external = Thread {
        worker: 2,
        row: 1000,
        kind: ThreadKind::External(0),
    };
    let failed = Event {
        time: 3_500,
        kind: EventKind::TaskEnd {
            id: 5,
            outcome: Outcome::Panicked,
        },
    };
    trace.observe(
        &external,
        &[
            Event {
                time: 1_234,
                kind: EventKind::TaskBegin(odd),
            },
            failed,
        ],
    );
    trace.observe(&thread(1), &idle(100, 200));
    trace.observe(&thread(1), &[begin(300, 6, "cut off")]);
    trace.finish(1_000);
    let events = scratch.read();
    let tasks = phase(&events, "X");
    assert_eq!(tasks[0]["name"], odd.name);
    assert_eq!(
        (&tasks[0]["ts"], &tasks[0]["dur"]),
        (&1.234.into(), &2.266.into())
    );
    assert_eq!(
        (&tasks[0]["pid"], &tasks[0]["tid"]),
        (&2.into(), &1000.into())
    );
    assert_eq!(tasks[0]["args"]["source"], "C:\\src\\main.rs:12");
    assert_eq!(tasks[0]["args"]["outcome"], "panicked");
    assert_eq!(tasks[1]["name"], "idle");
    assert_eq!(
        (&tasks[2]["name"], &tasks[2]["dur"]),
        (&"cut off".into(), &0.7.into())
    );
    assert_eq!(tasks[2]["args"]["outcome"], "unfinished");
    let named = |name: &str| {
        let lines = phase(&events, "M");
        lines
            .iter()
            .filter(|line| line["name"] == name)
            .map(|line| line["args"]["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(named("process_name"), ["worker 2", "worker 0"]);
    assert_eq!(named("thread_name"), ["external 0", "thread 1"]);
}

#[test]
fn every_arrow_starts_inside_its_source_and_ends_at_its_target() {
    let scratch = Scratch::new("flows");
    let mut trace = scratch.trace();
    // A diamond over two threads; 1 ends at the very moment 2 begins, 4 has no length, 9 never runs.
    trace.observe(&thread(1), &[begin(1_100, 3, "c"), end(1_900, 3)]);
    trace.observe(
        &thread(0),
        &[
            dependency(0, 1, 2),
            dependency(0, 1, 3),
            dependency(0, 2, 4),
            dependency(0, 3, 4),
            dependency(0, 4, 9),
        ],
    );
    trace.observe(
        &thread(0),
        &[
            begin(500, 1, "a"),
            end(1_000, 1),
            begin(1_000, 2, "b"),
            end(2_000, 2),
        ],
    );
    trace.observe(&thread(0), &[begin(2_000, 4, "d"), end(2_000, 4)]);
    trace.finish(3_000);
    let events = scratch.read();
    let (tasks, starts, ends) = (
        phase(&events, "X"),
        phase(&events, "s"),
        phase(&events, "f"),
    );
    assert_eq!((starts.len(), ends.len()), (4, 4));
    let float = |value: &Value| value.as_f64().unwrap();
    let same_track = |a: &Value, b: &Value| a["pid"] == b["pid"] && a["tid"] == b["tid"];
    for (start, end) in starts.iter().zip(&ends) {
        assert_eq!(start["id"], end["id"]);
        assert_eq!(end["bp"], "e");
        assert!(float(&start["ts"]) <= float(&end["ts"]));
        let holds = |task: &&&Value| {
            let from = float(&task["ts"]);
            same_track(task, start)
                && (from..from + float(&task["dur"])).contains(&float(&start["ts"]))
        };
        assert!(
            tasks.iter().find(holds).is_some(),
            "{start} lies in no task"
        );
        assert!(
            tasks
                .iter()
                .any(|task| same_track(task, end) && task["ts"] == end["ts"]),
            "{end} begins no task"
        );
    }
    let lost: Vec<_> = events
        .iter()
        .filter(|event| event["name"] == "dependencies_not_drawn")
        .collect();
    assert_eq!(lost[0]["args"]["missing"], 1);
}

#[test]
fn outermost_graphs_are_balanced_and_nested_ones_left_out() {
    let scratch = Scratch::new("graphs");
    let mut trace = scratch.trace();
    let graph_begin = |time, id| {
        let graph = GraphRef {
            name: "",
            file: "src/main.rs",
            line: 1,
            size: Some(2),
        };
        Event {
            time,
            kind: EventKind::GraphBegin {
                id: GraphId::new(id),
                graph,
            },
        }
    };
    let graph_end = |time, id| Event {
        time,
        kind: EventKind::GraphEnd {
            id: GraphId::new(id),
        },
    };
    let events = [
        graph_begin(0, 1),
        begin(1, 1, "outer"),
        graph_begin(2, 2),
        graph_end(3, 2),
        end(4, 1),
        graph_end(5, 1),
    ];
    trace.observe(&thread(0), &events);
    trace.observe(&thread(0), &[graph_begin(6, 3)]);
    trace.finish(9);
    let events = scratch.read();
    let ids = |name| {
        phase(&events, name)
            .iter()
            .map(|event| event["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!((ids("b"), ids("e")), (vec![1, 3], vec![1, 3]));
}

#[test]
fn steals_and_spawns_are_instants() {
    let scratch = Scratch::new("instants");
    let mut trace = scratch.trace();
    let steal = Event {
        time: 7,
        kind: EventKind::Steal {
            thief: 1,
            victim: 0,
        },
    };
    let spawned = Event {
        time: 8,
        kind: EventKind::Spawned {
            id: 3,
            graph: GraphId::NONE,
        },
    };
    trace.observe(&thread(1), &[steal, spawned]);
    trace.finish(9);
    let events = scratch.read();
    let instants = phase(&events, "i");
    assert_eq!(
        instants[0]["args"],
        serde_json::json!({"thief": 1, "victim": 0})
    );
    assert_eq!(instants[1]["args"], serde_json::json!({"task": 3}));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_trace_and_nothing_else() {
    let mut trace = Trace::new(Target::create(std::path::Path::new("/dev/full")).unwrap());
    for id in 0..2_000 {
        trace.observe(
            &thread(0),
            &[begin(id * 10, id, "work"), end(id * 10 + 5, id)],
        );
    }
    assert!(trace.file.is_dead());
    trace.finish(100_000);
}
